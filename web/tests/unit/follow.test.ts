import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/api/failure';
import { emptyAnswer } from '../../src/live/answer';
import type { Link } from '../../src/live/follow';
import { backoff, follow } from '../../src/live/follow';

const TEXT = 'Água corre: 1, 2, 3 — and 🏞️ on.';

function line(id: number, part: unknown): string {
  const data = typeof part === 'string' ? part : JSON.stringify(part);
  return `id: ${id}\ndata: ${data}\n\n`;
}

/** The whole stream of an answer, from an offset of its text. */
function bytesFrom(from: number): Uint8Array {
  let out = line(from, { type: 'start', messageId: 'r' });
  out += line(from, { type: 'text-start', id: 't' });
  for (let at = from; at < TEXT.length; at += 3) {
    const delta = TEXT.slice(at, at + 3);
    out += line(at + delta.length, { type: 'text-delta', id: 't', delta });
  }
  out += line(TEXT.length, { type: 'data-status', data: { status: 'complete' } });
  out += line(TEXT.length, { type: 'finish' });
  out += line(TEXT.length, '[DONE]');
  return new TextEncoder().encode(out);
}

function response(bytes: Uint8Array, breaks: boolean): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      if (!breaks) controller.close();
    },
    pull(controller) {
      if (breaks) controller.error(new TypeError('network'));
    },
  });
  return new Response(body);
}

const wait = () => Promise.resolve();

describe('follow', () => {
  it('is whole wherever the connection breaks', async () => {
    const first = bytesFrom(0);
    const started = line(0, { type: 'start', messageId: 'r' }).length;
    for (let cut = started; cut < first.length; cut++) {
      const asked: number[] = [];
      const answer = await follow({
        answer: emptyAnswer(),
        begin: () => Promise.resolve(response(first.slice(0, cut), cut % 2 === 0)),
        resume: (_id, from) => {
          asked.push(from);
          return Promise.resolve(response(bytesFrom(from), false));
        },
        onChange: () => undefined,
        wait,
        signal: new AbortController().signal,
      });
      expect(answer.text).toBe(TEXT);
      expect(answer.status).toBe('complete');
      expect(asked.length).toBeLessThanOrEqual(1);
    }
  });

  it('keeps trying while the network is away, and says so', async () => {
    const links: Link[] = [];
    let tries = 0;
    const answer = await follow({
      answer: emptyAnswer(),
      begin: () => Promise.resolve(response(bytesFrom(0).slice(0, 120), true)),
      resume: (_id, from) => {
        tries++;
        if (tries < 4) {
          return Promise.reject(new Failure({ message: '', code: 'NETWORK', status: 0 }));
        }
        return Promise.resolve(response(bytesFrom(from), false));
      },
      onChange: (_answer, link) => links.push(link),
      wait,
      signal: new AbortController().signal,
    });
    expect(answer.text).toBe(TEXT);
    expect(tries).toBe(4);
    expect(links.filter((l) => l === 'reconnecting')).toHaveLength(4);
    expect(links.at(-1)).toBe('open');
  });

  it('gives a refusal back to the asker', async () => {
    const refusal = new Failure({ message: 'No key.', code: 'NO_PROVIDER_KEY', status: 424 });
    await expect(
      follow({
        answer: emptyAnswer(),
        begin: () => Promise.reject(refusal),
        resume: () => Promise.reject(new Error('never asked')),
        onChange: () => undefined,
        wait,
        signal: new AbortController().signal,
      }),
    ).rejects.toBe(refusal);
  });

  it('gives up when the answer is gone', async () => {
    await expect(
      follow({
        answer: emptyAnswer({ replyId: 'r' }),
        begin: () => Promise.resolve(response(new Uint8Array(), false)),
        resume: () =>
          Promise.reject(new Failure({ message: 'Gone.', code: 'NOT_FOUND', status: 404 })),
        onChange: () => undefined,
        wait,
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('waits longer each time, up to a bound', () => {
    expect([0, 1, 2, 3].map(backoff)).toEqual([250, 500, 1000, 2000]);
    expect(backoff(20)).toBe(8000);
  });
});
