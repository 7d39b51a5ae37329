// How a temporary chat asks its models. Nothing of it is kept.
import { Asking } from './asking.svelte';

export class ChatAsking extends Asking {
  #begun: () => boolean;
  #onlook: () => void;

  constructor(begun: () => boolean, onlook: () => void) {
    super();
    this.#begun = begun;
    this.#onlook = onlook;
  }

  override get begun() {
    return this.#begun();
  }

  protected override changed() {
    this.#onlook();
  }

  /** The next message was accepted with all that goes along. */
  sent() {
    if (this.change !== null) this.system = { text: this.change, prompt: null, missing: [] };
    this.change = null;
  }
}
