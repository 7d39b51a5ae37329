// The list of threads as it is looked at: where its lines stand, which of them are drawn, and
// bringing the focus to one that may not be.
import { tick } from 'svelte';
import { composing } from '../parts/composing';
import { pane } from '../state/pane.svelte';
import { settings } from '../state/settings.svelte';
import { sidebar } from '../state/sidebar.svelte';
import { typeAhead, writes } from '../state/typing';
import { act, type List } from './keys';
import { Layout } from './layout';

/** Pixels above and below what is in sight that are drawn, too. */
const OVER = 120;
/** Pixels that are taken to be in sight while that cannot be measured. */
const HEIGHT = 600;

export class ListView {
  /** What scrolls, once it is there. */
  box = $state<HTMLElement>();
  top = $state(0);
  height = $state(0);
  /** The stop that the keys brought the focus to; -1 before they did. */
  walked = $state(-1);
  readonly row = $derived(Math.round((settings.compact ? 28 : 33) * settings.scale));
  readonly heading = $derived(Math.round((settings.compact ? 28 : 32) * settings.scale));
  readonly layout = $derived(new Layout(sidebar.groups, this.row, this.heading, sidebar.folded));
  readonly placed = $derived(this.layout.between(this.top - OVER, this.top + (this.height || HEIGHT) + OVER));
  #current = $derived(pane.id === null ? -1 : sidebar.placeOf(pane.id));
  /** The stop that Tab leads to. */
  readonly stop = $derived.by(() => {
    const wanted = this.walked >= 0 ? this.walked : this.#current < 0 ? 0 : this.layout.stopOf(this.#current);
    return Math.min(wanted, Math.max(0, this.layout.stops - 1));
  });

  key(event: KeyboardEvent, open: (id: string) => void) {
    const page = Math.max(1, Math.floor(this.height / this.row) - 1);
    const list: List = { layout: this.layout, page, walk: (to) => void this.#walk(to), toHeading: (group) => void this.#toHeading(group), open };
    const now = event.target instanceof HTMLElement ? event.target.dataset['stop'] : undefined;
    if (act(event, list)) event.stopPropagation();
    else if (now !== undefined && !composing(event) && writes(event)) void this.#seek(event, Number(now));
    else return;
    event.preventDefault();
  }

  /** To the beginning of another list. */
  begin() {
    this.walked = -1;
    if (this.box) this.box.scrollTop = 0;
  }

  /** Scrolls no further than it has to for a line to be in sight. */
  show(line: number) {
    const place = this.layout.placeOf(this.layout.stopOf(line));
    this.#bring(place.y, place.height);
  }

  #bring(y: number, high: number) {
    const { box, heading } = this;
    if (!box) return;
    if (y < box.scrollTop + heading) box.scrollTop = y - heading;
    else if (y + high > box.scrollTop + box.clientHeight) box.scrollTop = y + high - box.clientHeight + 8;
    this.top = box.scrollTop;
  }

  async #walk(to: number) {
    this.walked = Math.max(0, Math.min(to, this.layout.stops - 1));
    const place = this.layout.placeOf(this.walked);
    this.#bring(place.y, place.height);
    await tick();
    this.box?.querySelector<HTMLElement>(`[data-stop="${this.walked}"]:not([aria-expanded=true])`)?.focus();
  }

  async #toHeading(group: number) {
    this.#bring(this.layout.boxOf(group).y, this.heading);
    await tick();
    this.box?.querySelector<HTMLElement>(`[data-heading="${group}"]`)?.focus();
  }

  async #seek(event: KeyboardEvent, from: number) {
    const at = await typeAhead(event, this.layout.rowAt(from) ?? -1);
    if (at !== null) await this.#walk(this.layout.stopOf(at));
  }
}
