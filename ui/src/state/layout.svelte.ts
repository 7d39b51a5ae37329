// How wide the window is, and so whether the side panes stand beside the thread or cover it.
import { dialogs } from './dialogs.svelte';
import { settings } from './settings.svelte';

export type Side = 'sidebar' | 'inspector';

/** How wide a pane may be, in pixels at the usual text size, and how wide it is until it is drawn. */
export const limits: Record<Side, { least: number; most: number; usual: number }> = {
  sidebar: { least: 208, most: 480, usual: 268 },
  inspector: { least: 232, most: 560, usual: 296 },
};

const within = (side: Side, width: number) => Math.round(Math.max(limits[side].least, Math.min(width, limits[side].most)));

class Layout {
  #width = $state(window.innerWidth);
  /** Widths while a divider is drawn: they are kept when it is let go. */
  #drawn = $state<Partial<Record<Side, number>>>({});
  /** The sidebar is a drawer. */
  narrow = $derived(this.#width < 760 * Math.max(1, settings.scale));
  /** The inspector is a drawer. */
  tight = $derived(this.#width < 1080 * Math.max(1, settings.scale));
  inspector = $derived(this.tight ? dialogs.drawer === 'inspector' : settings.all.inspectorOpen);
  sidebar = $derived(this.narrow ? dialogs.drawer === 'sidebar' : settings.all.panes.sidebarOpen);
  /** What the panes beside it leave to the middle, at the usual text size. */
  #middle = $derived(this.#width / settings.scale - (this.sidebar && !this.narrow ? this.widthOf('sidebar') : 0) - (this.inspector && !this.tight ? this.widthOf('inspector') : 0));
  /** There is no room for words on the buttons of a bar. */
  cramped = $derived(this.#middle < 620);
  /** What stands in a bar goes on two lines. */
  small = $derived(this.#middle < 440);

  watch() {
    const look = () => {
      this.#width = window.innerWidth;
      if (!this.narrow && dialogs.drawer === 'sidebar') dialogs.drawer = null;
      if (!this.tight && dialogs.drawer === 'inspector') dialogs.drawer = null;
    };
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }

  widthOf(side: Side) {
    const { sidebarWidth, inspectorWidth } = settings.all.panes;
    return within(side, this.#drawn[side] ?? (side === 'sidebar' ? sidebarWidth : inspectorWidth));
  }

  /** Shows a width for now. */
  draw(side: Side, width: number) {
    this.#drawn[side] = within(side, width);
  }

  /** Keeps a width. */
  keep(side: Side, width = this.widthOf(side)) {
    delete this.#drawn[side];
    const change = side === 'sidebar' ? { sidebarWidth: within(side, width) } : { inspectorWidth: within(side, width) };
    void settings.change({ panes: change });
  }

  canWiden(side: Side, by: number) {
    return within(side, this.widthOf(side) + by) !== this.widthOf(side);
  }

  /** Makes a pane wider, or narrower, by so much. */
  widen(side: Side, by: number) {
    this.keep(side, this.widthOf(side) + by);
  }

  toggle(side: Side) {
    if (side === 'sidebar') this.toggleSidebar();
    else this.toggleInspector();
  }

  toggleSidebar() {
    if (this.narrow) dialogs.drawer = dialogs.drawer === 'sidebar' ? null : 'sidebar';
    else void settings.change({ panes: { sidebarOpen: !settings.all.panes.sidebarOpen } });
  }

  toggleInspector() {
    if (this.tight) dialogs.drawer = dialogs.drawer === 'inspector' ? null : 'inspector';
    else void settings.change({ inspectorOpen: !settings.all.inspectorOpen });
  }
}

export const layout = new Layout();
