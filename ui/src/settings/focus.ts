/** Gives the focus to what appears because it was asked for from elsewhere. */
export const focusIf = (wanted: boolean) => (node: HTMLElement) => {
  if (wanted) queueMicrotask(() => node.focus());
};
