// How what is being written asks its models: parameters, what happens when not all fits, and the
// system prompt, which becomes a message of its own with the next one that is sent.
import type { SystemPrompt } from '../generated/SystemPrompt';
import type { ThreadOptions } from '../generated/ThreadOptions';

export const usual: ThreadOptions = { policy: 'newest', parameters: {} };

export abstract class Asking {
  options = $state.raw<ThreadOptions>(usual);
  /** The system prompt that was sent last, or that a new thread would begin with. */
  system = $state.raw<SystemPrompt | null>(null);
  /** A new system prompt that was not sent yet; empty: it begins without one. */
  change = $state<string | null>(null);

  /** Whether something was said already. */
  abstract get begun(): boolean;
  /** Something was set: what would be seen may be another. */
  protected abstract changed(): void;

  /** How much of it the person set. */
  get set() {
    return Object.keys(this.options.parameters).length + (this.options.policy === 'newest' ? 0 : 1);
  }

  /** What the model is told before all else, once the next message is sent. */
  get told() {
    return this.change ?? this.system?.text ?? '';
  }

  /** What of that was not said yet. */
  get unsaid() {
    return this.change ?? (this.begun ? '' : (this.system?.text ?? ''));
  }

  /** The system prompt that goes along with the next message. */
  get along() {
    return this.change?.trim() ? this.change : null;
  }

  put(options: ThreadOptions) {
    this.options = options;
    this.changed();
  }

  reset() {
    this.put(usual);
  }

  /** Writes the system prompt anew. What has one cannot be without any more; what is yet to begin can. */
  tell(text: string) {
    const same = text.trim() === (this.system?.text ?? '').trim();
    this.change = same || (text.trim() === '' && this.begun) ? null : text;
    this.changed();
  }
}
