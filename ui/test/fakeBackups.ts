// The part of the stand-in for Rust that backs up, and goes back to a backup.
import type { BackedUp } from '../src/generated/BackedUp';
import type { Backup } from '../src/generated/Backup';
import type { BackupFile } from '../src/generated/BackupFile';
import type { Progress } from '../src/generated/Progress';
import type { Restored } from '../src/generated/Restored';
import { FakeSeals } from './fakeSeals';

type Args = Record<string, unknown>;

export abstract class FakeBackups extends FakeSeals {
  lastBackup: Backup | null = null;
  /** The backup that the person chooses. */
  backupFile: BackupFile = {
    path: '/media/anna/disk/skein-backup-2026-11-20-0900.db', size: 4_194_304, threads: 5, messages: 1188, madeAt: '2026-11-20T09:00:00.000Z', activeAt: '2026-11-20T08:41:00.000Z',
  };
  /** What came of going back to one at this start. */
  outcome: Restored | null = null;

  on_last_backup() {
    return this.lastBackup;
  }

  async on_back_up({ job, progress }: Args): Promise<BackedUp | null> {
    if (this.dismissed) return null;
    await this.pace?.((at) => (progress as { onmessage: (at: Progress) => void }).onmessage(at));
    if (this.stopped.has(String(job))) return { object: 'backed_up', backup: null, cancelled: true };
    this.lastBackup = {
      path: '/media/anna/disk/skein-backup-2026-11-22-1406.db', size: 4_812_800, threads: this.threads.size, messages: 1204, madeAt: new Date(this.now).toISOString(),
    };
    return { object: 'backed_up', backup: this.lastBackup, cancelled: false };
  }

  async on_choose_backup({ job }: Args) {
    if (this.dismissed) return null;
    await this.pace?.(() => {});
    return this.stopped.has(String(job)) ? null : this.backupFile;
  }

  async on_restore_backup({ job, progress }: Args) {
    await this.pace?.((at) => (progress as { onmessage: (at: Progress) => void }).onmessage(at));
    return !this.stopped.has(String(job));
  }

  on_restored() {
    return this.outcome;
  }
}
