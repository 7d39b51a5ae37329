// Tells a viewport how high what it draws turned out.
import type { Viewport } from './viewport.svelte';

/** What is to be attached to each message, and to what else may grow. */
export function measuring(viewport: Viewport) {
  // One observer for all: it hears of new heights after layout and before painting.
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const { position, coming } = (entry.target as HTMLElement).dataset;
      const height = entry.borderBoxSize[0]?.blockSize ?? 0;
      // What has no height is not laid out just now: believed, it would have the whole thread drawn.
      if (height > 0 && position !== undefined) viewport.measured(Number(position) - 1, height);
      if (height > 0 && coming !== undefined) viewport.coming = height;
    }
    viewport.settle();
  });
  return (node: HTMLElement) => {
    observer.observe(node);
    return () => observer.unobserve(node);
  };
}
