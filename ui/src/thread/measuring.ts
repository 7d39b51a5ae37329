// Tells a viewport how high what it draws turned out.
import type { Viewport } from './viewport.svelte';

/** What is to be attached to each message, and to what else may grow. */
export function measuring(viewport: Viewport) {
  // One observer for all: it hears of new heights after layout and before painting.
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const position = Number((entry.target as HTMLElement).dataset['position'] ?? 0);
      const height = entry.borderBoxSize[0]?.blockSize ?? 0;
      // What has no height is not laid out just now: believed, it would have the whole thread drawn.
      if (position > 0 && height > 0) viewport.measured(position - 1, height);
    }
    viewport.settle();
  });
  return (node: HTMLElement) => {
    observer.observe(node);
    return () => observer.unobserve(node);
  };
}
