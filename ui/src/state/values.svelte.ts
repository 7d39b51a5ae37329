// What metadata there is to choose from: the keys of threads, and the clients that have some.
import { threads } from '../ipc';
import { failures, type Spot } from './failures.svelte';

class Values {
  keys = $state.raw<string[]>([]);
  clients = $state.raw<string[]>([]);

  async loadKeys(): Promise<void> {
    this.keys = (await failures.attempt('keys', () => threads.metadataKeys(), () => this.loadKeys())) ?? [];
  }

  /** The client of a thread, `null` where it has none that is a text. */
  async clientOf(id: string) {
    // A field that begins empty serves as well.
    const client = await threads.open(id).then((view) => view.thread.metadata['client'], () => null);
    return typeof client === 'string' ? client : null;
  }

  /** Fetches the clients for whoever offers them, who says so if that fails. */
  async loadClients(spot: Spot): Promise<void> {
    this.clients = (await failures.attempt(spot, () => threads.metadataValues('client'), () => this.loadClients(spot))) ?? [];
  }
}

export const values = new Values();
