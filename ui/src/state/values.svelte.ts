// What metadata there is to choose from: the keys of threads, and the clients that have some.
import { threads } from '../ipc';

class Values {
  keys = $state.raw<string[]>([]);
  clients = $state.raw<string[]>([]);

  async loadKeys() {
    this.keys = await threads.metadataKeys().catch(() => []);
  }

  async loadClients() {
    this.clients = await threads.metadataValues('client').catch(() => []);
  }
}

export const values = new Values();
