import { describe, expect, it } from 'vitest';
import type { FileBrief, UploadSession } from '../../../src/areas/files/contract';
import { tray } from '../../../src/areas/files/tray';
import type { Task, Upload, Uploads } from '../../../src/areas/files/uploads/machine';
import {
  due,
  fits,
  kept,
  MAX_TRIES,
  newUpload,
  nextDue,
  progress,
  SLOTS,
  step,
  WHOLE,
} from '../../../src/areas/files/uploads/machine';

const MB = 1024 * 1024;

function given(key: string, size = 1000): Upload {
  return newUpload({ key, place: 'here', name: `${key}.pdf`, size, type: '', modified: 0 });
}

function session(size: number, received: number[] = [], id = 's'): UploadSession {
  const count = Math.ceil(size / WHOLE);
  const parts = Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    offset: i * WHOLE,
    size: Math.min(WHOLE, size - i * WHOLE),
    url: `/part/${i + 1}`,
    received: received.includes(i + 1),
  }));
  return { id, headers: {}, parts };
}

/** Begins everything that is due, as the engine does. */
function begin(uploads: Uploads, now = 0, online = true): [Uploads, Task[]] {
  const tasks = due(uploads, now, online);
  let next = uploads;
  for (const task of tasks) next = step(next, { on: 'begun', task });
  return [next, tasks];
}

const net = { status: 0, code: 'NETWORK', error: '' };
const broke = (task: Task, status: number, now = 0) =>
  ({
    on: 'broke',
    task,
    failure: { ...net, status },
    after: null,
    now,
    jitter: 1,
  }) as const;
const done = (key: string) => ({ on: 'there', key, file: { id: key } as FileBrief }) as const;
const one = (uploads: Uploads, key = 'a'): Upload => {
  const found = uploads.find((u) => u.key === key);
  if (!found) throw new Error(`no ${key}`);
  return found;
};
const words = (tasks: Task[]) =>
  tasks.map((t) => `${t.do} ${t.key}${t.do === 'part' ? t.number : ''}`);

/** A large upload whose parts are known. */
function large(size = 40 * MB): Uploads {
  let all: Uploads = [given('a', size)];
  [all] = begin(all);
  return step(all, { on: 'opened', key: 'a', session: session(size) });
}

describe('uploads', () => {
  it('sends small files whole, as many at once as there are slots, in order', () => {
    const [all, tasks] = begin([given('a'), given('b'), given('c'), given('d')]);
    expect(words(tasks)).toEqual(['send a', 'send b', 'send c']);
    expect(due(all, 0, true)).toEqual([]);
    const [, more] = begin(step(all, done('b')));
    expect(words(more)).toEqual(['send d']);
  });

  it('opens a large one, sends its parts side by side, and closes it once', () => {
    let [all, tasks] = begin([given('a', 40 * MB)]);
    expect(words(tasks)).toEqual(['open a']);
    all = step(all, { on: 'opened', key: 'a', session: session(40 * MB) });
    [all, tasks] = begin(all);
    expect(words(tasks)).toEqual(['part a1', 'part a2', 'part a3']);
    for (const number of [2, 1, 3]) all = step(all, { on: 'part', key: 'a', number });
    [all, tasks] = begin(all);
    expect(words(tasks)).toEqual(['part a4', 'part a5']);
    all = step(all, { on: 'part', key: 'a', number: 5 });
    expect(due(all, 0, true)).toEqual([]);
    all = step(all, { on: 'part', key: 'a', number: 4 });
    [all, tasks] = begin(all);
    expect(words(tasks)).toEqual(['close a']);
    expect(due(all, 0, true)).toEqual([]);
    all = step(all, done('a'));
    expect(one(all).phase).toBe('there');
    expect(progress(one(all))).toBe(1);
  });

  it('never uses more slots than there are, whatever is given', () => {
    let [all] = begin([given('s'), ...large()]);
    const going = () => all.flatMap((u) => u.parts.filter((p) => p.state === 'going')).length;
    for (let i = 0; i < 6; i++) {
      expect(going()).toBeLessThanOrEqual(SLOTS);
      const upload = all.find((u) => u.parts.some((p) => p.state === 'going'));
      const part = upload?.parts.find((p) => p.state === 'going');
      if (!upload || !part) break;
      all = step(all, { on: 'part', key: upload.key, number: part.number });
      [all] = begin(all);
    }
  });

  it('counts what has gone', () => {
    let [all] = begin(large(32 * MB));
    all = step(all, { on: 'part', key: 'a', number: 1 });
    all = step(all, { on: 'progress', key: 'a', number: 2, sent: 4 * MB });
    expect(progress(one(all))).toBeCloseTo(12 / 32);
  });

  it('tries a part again after a pause, and the others go on meanwhile', () => {
    let [all] = begin(large());
    all = step(all, broke({ do: 'part', key: 'a', number: 2 }, 503, 1000));
    expect(one(all).phase).toBe('waiting');
    expect(due(all, 1000, true)).toEqual([]);
    all = step(all, { on: 'part', key: 'a', number: 1 });
    const at = nextDue(all);
    expect(at).toBeGreaterThan(1000);
    const [, tasks] = begin(all, at ?? 0);
    expect(words(tasks)).toEqual(['part a2', 'part a4']);
  });

  it('waits longer each time, and gives up after so many tries', () => {
    let all: Uploads = [given('a')];
    let now = 0;
    let last = 0;
    for (let i = 0; i < MAX_TRIES; i++) {
      expect(one(all).phase).not.toBe('failed');
      [all] = begin(all, now);
      all = step(all, broke({ do: 'send', key: 'a' }, 500, now));
      const pause = (nextDue(all) ?? now) - now;
      if (one(all).phase === 'waiting') expect(pause).toBeGreaterThanOrEqual(last);
      last = pause;
      now = nextDue(all) ?? now;
    }
    expect(one(all).phase).toBe('failed');
  });

  it('never gives up without a network, and goes on at once when it is back', () => {
    let all: Uploads = [given('a')];
    for (let i = 0; i < 40; i++) {
      [all] = begin(all, i * 100_000);
      all = step(all, broke({ do: 'send', key: 'a' }, 0, i * 100_000));
      expect(one(all).phase).toBe('waiting');
    }
    expect(due(all, Number.MAX_SAFE_INTEGER, false)).toEqual([]);
    all = step(all, { on: 'woken' });
    expect(words(due(all, 0, true))).toEqual(['send a']);
  });

  it('does not try again what the server refused', () => {
    let [all] = begin([given('a')]);
    all = step(all, broke({ do: 'send', key: 'a' }, 422));
    expect(one(all)).toMatchObject({ phase: 'failed', failure: { status: 422 } });
    expect(due(all, 9e15, true)).toEqual([]);
    all = step(all, { on: 'retried', key: 'a' });
    expect(words(due(all, 0, true))).toEqual(['send a']);
  });

  it('asks for fresh addresses when one is no longer good, and keeps the parts that came', () => {
    let [all] = begin(large());
    all = step(all, { on: 'part', key: 'a', number: 1 });
    all = step(all, { on: 'part', key: 'a', number: 2 });
    all = step(all, broke({ do: 'part', key: 'a', number: 3 }, 403));
    const [opening, tasks] = begin(all, nextDue(all) ?? 0);
    expect(words(tasks)).toEqual(['open a']);
    all = step(opening, { on: 'opened', key: 'a', session: session(40 * MB, [1, 2]) });
    expect(words(begin(all)[1])).toEqual(['part a3', 'part a4', 'part a5']);
  });

  it('sends what the server misses when it is closed too early', () => {
    let all = large(16 * MB);
    [all] = begin(all);
    for (const number of [1, 2]) all = step(all, { on: 'part', key: 'a', number });
    [all] = begin(all);
    all = step(all, broke({ do: 'close', key: 'a' }, 409));
    [all] = begin(all, nextDue(all) ?? 0);
    all = step(all, { on: 'opened', key: 'a', session: session(16 * MB, [1]) });
    expect(words(begin(all)[1])).toEqual(['part a2']);
  });

  it('begins anew when the server has forgotten it', () => {
    let all = step(large(), { on: 'retried', key: 'a' });
    [all] = begin(all);
    for (const number of [1, 2, 3]) all = step(all, { on: 'part', key: 'a', number });
    all = step(all, broke({ do: 'part', key: 'a', number: 4 }, 404));
    [all] = begin(all, nextDue(all) ?? 0);
    all = step(all, broke({ do: 'open', key: 'a' }, 404));
    expect(one(all)).toMatchObject({ session: null, parts: [] });
  });

  it('pauses, keeps the parts that are there, and resumes with the rest', () => {
    let [all] = begin(large());
    all = step(all, { on: 'part', key: 'a', number: 1 });
    all = step(all, { on: 'progress', key: 'a', number: 2, sent: 5 * MB });
    all = step(all, { on: 'paused', key: 'a' });
    expect(one(all).phase).toBe('paused');
    expect(progress(one(all))).toBeCloseTo(8 / 40);
    expect(due(all, 9e15, true)).toEqual([]);
    // What was on its way and ends badly changes nothing.
    all = step(all, broke({ do: 'part', key: 'a', number: 2 }, 0));
    expect(one(all).phase).toBe('paused');
    all = step(all, { on: 'resumed', key: 'a' });
    expect(words(begin(all)[1])).toEqual(['part a2', 'part a3', 'part a4']);
  });

  it('does not pause the last word of an upload', () => {
    let [all] = begin(large(9 * MB));
    for (const number of [1, 2]) all = step(all, { on: 'part', key: 'a', number });
    [all] = begin(all);
    expect(one(step(all, { on: 'paused', key: 'a' })).phase).toBe('closing');
  });

  it('leaves a slot free when one is cancelled', () => {
    const [all] = begin([given('a'), given('b'), given('c'), given('d')]);
    const [, tasks] = begin(step(all, { on: 'removed', key: 'a' }));
    expect(words(tasks)).toEqual(['send d']);
  });

  it('remembers a large one through a reload and goes on when the file is chosen again', () => {
    let [all] = begin(large());
    all = step(all, { on: 'part', key: 'a', number: 1 });
    const stored = JSON.parse(JSON.stringify(kept(one(all)))) as Upload;
    expect(stored.phase).toBe('lost');
    expect(due([stored], 9e15, true)).toEqual([]);
    expect(fits(stored, { name: 'a.pdf', size: 40 * MB })).toBe(true);
    expect(fits(stored, { name: 'a.pdf', size: 41 * MB })).toBe(false);
    all = step([stored], { on: 'found', key: 'a' });
    expect(words(begin(all)[1])).toEqual(['open a']);
    expect(one(all).session).toBe('s');
  });

  it('leaves a composer with its message; what is still on its way stays', () => {
    let [all] = begin([given('a'), given('b')]);
    all = step(all, done('a'));
    expect(tray(all)).toMatchObject({ pending: 1, stuck: 0 });
    expect(tray(all).there.map((f) => f.id)).toEqual(['a']);
    all = step(all, { on: 'taken', place: 'here' });
    expect(all.map((u) => u.key)).toEqual(['b']);
  });
});
