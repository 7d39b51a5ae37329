// How high the lowest part of what is on show is: what is said over the window stands above it.

/** Keeps `--foot` on the root as high as this. */
export function foot(node: HTMLElement) {
  const { style } = document.documentElement;
  const watch = new ResizeObserver(() => style.setProperty('--foot', `${window.innerHeight - node.getBoundingClientRect().top}px`));
  watch.observe(node);
  return () => {
    watch.disconnect();
    style.removeProperty('--foot');
  };
}
