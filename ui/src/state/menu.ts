// The system's menu, where it has one outside the window.
import { desktop, type MenuGroup } from '../ipc';

let listening = false;

/** Fills it anew, and hears what is chosen in it. Without one, nothing ever is. */
export async function menuOfSystem(groups: MenuGroup[], chosen: (id: string) => void) {
  if (!listening) {
    listening = true;
    await desktop.onCommand(chosen);
  }
  // Everything in it is in the window too.
  await desktop.setMenu(groups).catch(() => {});
}
