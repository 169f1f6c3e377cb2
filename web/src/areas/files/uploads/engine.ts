import { Failure as CallFailure, isFailure } from '@/api/failure';
import { newId } from '@/api/id';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import { nextFrame } from '@/live/generations';
import { uploadsCell } from '../attaching';
import type { FileBrief } from '../contract';
import { receiveFile } from '../store';
import { dropThumb, makeThumb, nameThumb } from '../thumbs';
import { heldKeys, hold, release } from './holding';
import { keepUploads, keptUploads } from './keeping';
import type { Happening, Task, Upload, Uploads } from './machine';
import { due, fits, newUpload, nextDue, step } from './machine';
import { closeSession, forget, openSession, sendPart, sendWhole } from './transfer';

/** Does what the machine wants done, and tells it what happened. */
class Engine {
  private uploads: Uploads = [];
  private readonly bytes = new Map<string, File>();
  private readonly aborts = new Map<string, Set<AbortController>>();
  private readonly restored = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shown = false;

  constructor() {
    addEventListener('online', () => this.tell({ on: 'woken' }));
  }

  add(place: string, files: readonly File[]): void {
    const fresh: Upload[] = [];
    for (const file of files) {
      // A file that an earlier visit began with goes on where it was.
      const lost = this.uploads.find(
        (u) => u.phase === 'lost' && u.place === place && fits(u, file),
      );
      if (lost) {
        this.find(lost.key, file);
        continue;
      }
      const { size, type, lastModified: modified } = file;
      const name = file.name || 'file';
      const upload = newUpload({ key: newId(), place, name, size, type, modified });
      this.bytes.set(upload.key, file);
      makeThumb(upload.key, file);
      hold(upload.key);
      fresh.push(upload);
    }
    if (fresh.length > 0) this.tell({ on: 'added', uploads: fresh });
  }

  putBack(place: string, files: readonly FileBrief[]): void {
    const uploads = files.map((file): Upload => {
      const { id, name, size, type } = file;
      const given = { key: id, place, name, size, type, modified: 0 };
      return { ...newUpload(given), phase: 'there', file };
    });
    this.tell({ on: 'added', uploads });
  }

  async restore(place: string): Promise<void> {
    if (this.restored.has(place)) return;
    this.restored.add(place);
    const elsewhere = await heldKeys();
    const known = new Set(this.uploads.map((u) => u.key));
    const uploads = keptUploads(place).filter((u) => !known.has(u.key) && !elsewhere.has(u.key));
    if (uploads.length > 0) this.tell({ on: 'added', uploads });
  }

  /** The same file was chosen again. */
  find(key: string, file: File): boolean {
    const upload = this.uploads.find((u) => u.key === key);
    if (!upload || !fits(upload, file)) return false;
    this.bytes.set(key, file);
    hold(key);
    this.tell({ on: 'found', key });
    return true;
  }

  pause(key: string): void {
    this.tell({ on: 'paused', key });
    this.abort(key);
  }

  resume(key: string): void {
    this.tell({ on: 'resumed', key });
  }

  retry(key: string): void {
    this.tell({ on: 'retried', key });
  }

  /** Takes it off the tray; what of it is with the server goes too, unless it belongs to the library already. */
  remove(key: string, keep = false): void {
    const upload = this.uploads.find((u) => u.key === key);
    this.tell({ on: 'removed', key });
    this.abort(key);
    this.bytes.delete(key);
    release(key);
    if (!keep) dropThumb(key);
    if (upload && !keep) void forget(upload);
  }

  /** A file that is there is ready by now, or was rejected. */
  learn(key: string, file: FileBrief): void {
    this.tell({ on: 'there', key, file });
  }

  take(place: string): void {
    this.tell({ on: 'taken', place });
  }

  private abort(key: string): void {
    for (const abort of this.aborts.get(key) ?? []) abort.abort();
    this.aborts.delete(key);
  }

  private tell(happening: Happening): void {
    const before = this.uploads;
    this.uploads = step(before, happening);
    if (this.uploads === before) return;
    if (happening.on === 'progress') this.showSoon();
    else {
      this.show();
      keepUploads(before, this.uploads);
      this.go();
    }
  }

  private show(): void {
    this.shown = false;
    uploadsCell.set(this.uploads);
  }

  /** Rings turn at most once a frame. */
  private showSoon(): void {
    if (this.shown) return;
    this.shown = true;
    nextFrame(() => this.shown && this.show());
  }

  private go(): void {
    clearTimeout(this.timer);
    const now = Date.now();
    for (const task of due(this.uploads, now, navigator.onLine)) {
      if (this.bytes.has(task.key)) void this.run(task);
    }
    const next = nextDue(this.uploads);
    if (next !== null) this.timer = setTimeout(() => this.go(), Math.max(50, next - now));
  }

  private async run(task: Task): Promise<void> {
    const { key } = task;
    const upload = this.uploads.find((u) => u.key === key);
    const file = this.bytes.get(key);
    if (!upload || !file) return;
    const abort = new AbortController();
    const { signal } = abort;
    const all = this.aborts.get(key) ?? new Set();
    this.aborts.set(key, all.add(abort));
    // Quietly: the loop that began it goes on.
    this.uploads = step(this.uploads, { on: 'begun', task });
    this.showSoon();
    const number = task.do === 'part' ? task.number : 1;
    const onProgress = (sent: number) =>
      !signal.aborted && this.tell({ on: 'progress', key, number, sent });
    try {
      if (task.do === 'open') {
        const session = await openSession(upload, signal);
        if (!signal.aborted) this.tell({ on: 'opened', key, session });
      } else if (task.do === 'part') {
        await sendPart(upload, number, file, { signal, onProgress });
        if (!signal.aborted) this.tell({ on: 'part', key, number });
      } else {
        const there =
          task.do === 'send'
            ? await sendWhole(upload, file, { signal, onProgress })
            : await closeSession(upload, signal);
        if (signal.aborted) return;
        this.bytes.delete(key);
        release(key);
        nameThumb(key, there.id);
        receiveFile(there);
        void queryClient.invalidateQueries({ queryKey: keys.allFiles });
        this.tell({ on: 'there', key, file: there });
      }
    } catch (error) {
      if (!signal.aborted) this.broken(task, error);
    } finally {
      all.delete(abort);
    }
  }

  private broken(task: Task, error: unknown): void {
    const failure = isFailure(error)
      ? error
      : new CallFailure({ message: '', code: 'NETWORK', status: 0 });
    const { status, code, message, retryAfterMs: after } = failure;
    // Of a rejected file its reason; its id is for machines.
    const fields = failure.details.filter((d) => d.field !== 'file_id' && d.field !== 'id');
    const said = fields.map((d) => d.message).filter(Boolean);
    this.tell({
      on: 'broke',
      task,
      failure: { status, code, error: said.join(' ') || message },
      after,
      now: Date.now(),
      jitter: Math.random(),
    });
  }
}

export const engine = new Engine();
