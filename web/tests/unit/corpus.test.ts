import { describe, expect, it } from 'vitest';
import generations from '../corpus/live/generation.json';
import boxes from '../corpus/live/outbox.json';
import scopes from '../corpus/live/scope.json';
import type { GenFrame, GenSnapFrame, Parts } from '../../src/live/frames';
import type { Running } from '../../src/live/generation';
import { advance } from '../../src/live/generation';
import type { Answered, Outbox, OutboxItem } from '../../src/live/outbox';
import * as outbox from '../../src/live/outbox';
import { merge, snapshot } from '../../src/live/parts';
import type { ScopeInput, ScopeState } from '../../src/live/scope';
import { newScope, step } from '../../src/live/scope';

interface Case<Start, Frame> {
  name: string;
  start: Start;
  frames: Frame[];
  expect: Record<string, unknown>;
}

const cases = <Start, Frame>(list: unknown) => list as Case<Start, Frame>[];

describe('a scope', () => {
  for (const one of cases<Partial<ScopeState> & { parts?: Parts }, ScopeInput>(scopes)) {
    it(one.name, () => {
      const { parts: known = {}, ...start } = one.start;
      let state = newScope(start);
      let parts = known;
      let forgets = 0;
      const asks: unknown[] = [];
      for (const frame of one.frames) {
        const [next, effects] = step(state, frame);
        state = next;
        for (const effect of effects) {
          if (effect.do === 'replace') parts = snapshot(effect.d);
          else if (effect.do === 'merge') parts = merge(parts, effect.d);
          else if (effect.do === 'drop') parts = {};
          else if (effect.do === 'forget') forgets += 1;
          else if (effect.do !== 'live') asks.push(effect);
        }
      }
      expect({ ...state, parts, forgets, asks }).toMatchObject(one.expect);
      expect(parts).toEqual(one.expect.parts);
      expect(asks).toEqual(one.expect.asks);
    });
  }
});

describe('a running answer', () => {
  for (const one of cases<Partial<Running> | null, GenFrame | GenSnapFrame>(generations)) {
    it(one.name, () => {
      let state: Running | null = one.start && {
        g: '',
        m: '',
        text: '',
        reasoning: '',
        provider: null,
        model: null,
        attempts: [],
        setAt: -1,
        status: null,
        wants: false,
        ...one.start,
      };
      let asks = 0;
      for (const frame of one.frames) {
        const done = advance(state, frame);
        state = done.state;
        if (done.ask) asks += 1;
      }
      expect({ ...state, asks }).toMatchObject(one.expect);
    });
  }
});

type Happening =
  | { do: 'add'; item: Pick<OutboxItem, 'id' | 'lane'> & Partial<OutboxItem> }
  | { do: 'drain'; now: number }
  | ({ do: 'answer'; now: number; jitter: number } & Answered)
  | { do: 'confirm' | 'retry' | 'discard'; id: string }
  | { do: 'woken' | 'restored' };

function happen(box: Outbox, frame: Happening, sent: string[]): Outbox {
  switch (frame.do) {
    case 'add':
      return outbox.add(box, outbox.newItem({ method: 'POST', path: '', ...frame.item }));
    case 'drain': {
      let next = box;
      for (const item of outbox.ready(box, frame.now)) {
        sent.push(item.id);
        next = outbox.sending(next, item.id);
      }
      return next;
    }
    case 'answer':
      return outbox.answered(box, frame, frame.now, frame.jitter);
    case 'confirm':
      return outbox.confirmed(box, frame.id);
    case 'retry':
      return outbox.retried(box, frame.id);
    case 'discard':
      return outbox.discarded(box, frame.id);
    case 'woken':
      return outbox.woken(box);
    case 'restored':
      return outbox.restored(box);
  }
}

describe('the outbox', () => {
  type Start = (Pick<OutboxItem, 'id' | 'lane'> & Partial<OutboxItem>)[];
  for (const one of cases<Start, Happening>(boxes)) {
    it(one.name, () => {
      const items = one.start.map((i) => outbox.newItem({ method: 'POST', path: '', ...i }));
      let box: Outbox = { items, ids: {} };
      const sent: string[] = [];
      for (const frame of one.frames) box = happen(box, frame, sent);
      expect(sent).toEqual(one.expect.sent);
      expect(box.items).toHaveLength((one.expect.items as unknown[]).length);
      expect(box).toMatchObject({ ids: {}, items: one.expect.items });
      if (one.expect.ids) expect(box.ids).toEqual(one.expect.ids);
    });
  }
});
