import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/live/answer';
import { emptyAnswer, reduce, rejoin } from '../../src/live/answer';
import type { ServerEvent } from '../../src/live/sse';

function event(part: unknown, id: number | null = null): ServerEvent {
  const data = typeof part === 'string' ? part : JSON.stringify(part);
  return { id: id === null ? null : String(id), event: 'message', data };
}

function text(delta: string, end: number | null): ServerEvent {
  return event({ type: 'text-delta', id: 't', delta }, end);
}

function play(events: ServerEvent[], from: Answer = emptyAnswer()): Answer {
  return events.reduce(reduce, from);
}

describe('reduce', () => {
  it('tells a whole answer', () => {
    const usage = { input_tokens: 1, output_tokens: 2, cost_micros: null };
    const answer = play([
      event(
        { type: 'start', messageId: 'r1', messageMetadata: { model: 'a/b', provider: 'a' } },
        0,
      ),
      event({ type: 'data-message', data: { message: { id: 'm1' }, reply_id: 'r1' } }, 0),
      event({ type: 'data-attempt', data: { provider: 'g', attempt: 1, ok: false } }, 0),
      event({ type: 'data-attempt', data: { provider: 'a', attempt: 2, ok: true } }, 0),
      event({ type: 'reasoning-start', id: 'x' }, 0),
      event({ type: 'reasoning-delta', id: 'x', delta: 'hm' }, 0),
      event({ type: 'reasoning-end', id: 'x' }, 0),
      event({ type: 'text-start', id: 't' }, 0),
      text('Hel', 3),
      text('lo', 5),
      event({ type: 'text-end', id: 't' }, 5),
      event({ type: 'data-usage', data: usage }, 5),
      event({ type: 'data-title', data: { title: 'Greeting' } }, 5),
      event({ type: 'data-status', data: { status: 'complete' } }, 5),
      event({ type: 'finish' }, 5),
      event('[DONE]', 5),
    ]);
    expect(answer).toMatchObject({
      replyId: 'r1',
      userMessage: { id: 'm1' },
      model: 'a/b',
      text: 'Hello',
      reasoning: 'hm',
      reasoningOpen: false,
      title: 'Greeting',
      status: 'complete',
      done: true,
      usage,
    });
    expect(answer.attempts.map((a) => a.ok)).toEqual([false, true]);
  });

  it('ends as the status says', () => {
    const status = (s: string) => event({ type: 'data-status', data: { status: s } });
    expect(play([status('stopped'), event({ type: 'finish' })]).status).toBe('stopped');
    expect(play([status('interrupted'), event({ type: 'finish' })]).status).toBe('interrupted');
    const failed = play([
      event({ type: 'data-error', data: { code: 'ALL_PROVIDERS_FAILED', error: 'None.' } }),
      status('failed'),
      event({ type: 'error', errorText: 'None.' }),
    ]);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'ALL_PROVIDERS_FAILED' } });
  });

  it('fails on an error without more to say', () => {
    expect(play([event({ type: 'error', errorText: 'Oh.' })])).toMatchObject({
      status: 'failed',
      done: true,
      error: { error: 'Oh.' },
    });
  });

  it('takes no character twice and leaves none out, from whatever offset it is resumed', () => {
    const whole = 'The river 🏞️ is wide, its source small.';
    for (let have = 0; have <= whole.length; have++) {
      for (let from = 0; from <= have; from++) {
        const before = emptyAnswer({ replyId: 'r', text: whole.slice(0, have) });
        const events: ServerEvent[] = [];
        for (let at = from; at < whole.length; at += 7) {
          const delta = whole.slice(at, at + 7);
          events.push(text(delta, at + delta.length));
        }
        const after = play(events, rejoin(before));
        expect(after.text).toBe(whole);
        expect(after.gap).toBe(false);
      }
    }
  });

  it('notices what it missed', () => {
    const answer = play([text('ab', 2), text('ef', 6)]);
    expect(answer).toMatchObject({ text: 'ab', gap: true });
    expect(rejoin(answer).gap).toBe(false);
  });

  it('appends what has no offset', () => {
    expect(play([text('a', null), text('b', null)]).text).toBe('ab');
  });

  it('begins the reasoning anew when it is replayed', () => {
    const before = play([event({ type: 'reasoning-delta', delta: 'first ' })]);
    const again = play(
      [
        event({ type: 'reasoning-start' }),
        event({ type: 'reasoning-delta', delta: 'first ' }),
        event({ type: 'reasoning-delta', delta: 'second' }),
      ],
      rejoin(before),
    );
    expect(again.reasoning).toBe('first second');
  });

  it('counts a replayed attempt once', () => {
    const attempt = event({ type: 'data-attempt', data: { provider: 'a', attempt: 1, ok: true } });
    expect(play([attempt, attempt]).attempts).toHaveLength(1);
  });

  it('ignores what it does not know', () => {
    const answer = emptyAnswer();
    expect(play([event({ type: 'tool-x' }), event('not json')], answer)).toBe(answer);
  });
});
