// How wide the window is, and so whether the side panels stand beside the thread or cover it.
import { dialogs } from './dialogs.svelte';
import { settings } from './settings.svelte';

class Layout {
  #width = $state(window.innerWidth);
  /** The sidebar is a drawer. */
  narrow = $derived(this.#width < 760 * Math.max(1, settings.scale));
  /** The inspector is a drawer. */
  tight = $derived(this.#width < 1080 * Math.max(1, settings.scale));
  inspector = $derived(this.tight ? dialogs.drawer === 'inspector' : settings.all.inspectorOpen);

  watch() {
    const look = () => {
      this.#width = window.innerWidth;
      if (!this.narrow && dialogs.drawer === 'sidebar') dialogs.drawer = null;
      if (!this.tight && dialogs.drawer === 'inspector') dialogs.drawer = null;
    };
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }

  toggleInspector() {
    if (this.tight) dialogs.drawer = dialogs.drawer === 'inspector' ? null : 'inspector';
    else void settings.change({ inspectorOpen: !settings.all.inspectorOpen });
  }
}

export const layout = new Layout();
