// Opening a dialog over everything else, and giving the focus back when it goes.

/** `first` is what gets the focus in it. */
export const modal = (first: string) => (dialog: HTMLDialogElement) => {
  const before = document.activeElement;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector<HTMLElement>(first)?.focus();
  return () => {
    dialog.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
};
