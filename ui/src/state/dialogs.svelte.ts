// Which dialog is open, and which side panels a narrow window shows.
import type { Chosen } from '../generated/Chosen';
import type { State } from '../generated/State';
import type { Link } from '../ipc';

export type SettingsTab = 'endpoints' | 'usage' | 'appearance' | 'retention' | 'backup' | 'api' | 'security' | 'about';
/** Whose price is asked for. */
export type Priced = { endpoint: string; model: string };
/** A question of the settings that is put at once. */
export type Question = 'emptyBin' | 'renewToken' | 'replaceKey';
/** What an export has to know about a thread before it asks. */
export type Exportable = { id: string; title: string | null; state: State; client: string | null };
export type Dialog =
  | { kind: 'settings'; tab: SettingsTab; adding: boolean; keyFor: string | null; priceOf: Priced | null; ask: Question | null }
  | { kind: 'request'; response: string }
  | { kind: 'archive'; id: string; title: string; locked: boolean }
  | { kind: 'erase'; id: string; title: string }
  | { kind: 'link'; link: Link }
  | { kind: 'export'; threads: Exportable[] }
  | { kind: 'palette' }
  | { kind: 'prompts'; id: string | null }
  | { kind: 'versions'; thread: string; versions: string[]; first: string; second: string }
  | { kind: 'days'; thread: string }
  | { kind: 'archiveMany'; chosen: Chosen; n: number }
  | { kind: 'client'; chosen: Chosen; n: number; title: string | null }
  | { kind: 'shortcuts' };

class Dialogs {
  open = $state.raw<Dialog | null>(null);
  /** Narrow windows only: which drawer covers the thread. */
  drawer = $state<'sidebar' | 'inspector' | null>(null);

  show(dialog: Dialog) {
    this.open = dialog;
  }

  settings(tab: SettingsTab, how: { adding?: boolean; keyFor?: string; priceOf?: Priced; ask?: Question } = {}) {
    this.open = { kind: 'settings', tab, adding: how.adding ?? false, keyFor: how.keyFor ?? null, priceOf: how.priceOf ?? null, ask: how.ask ?? null };
  }

  close() {
    this.open = null;
  }
}

export const dialogs = new Dialogs();
