import { describe, expect, it } from 'vitest';
import { EventReader } from '../../src/live/sse';

const STREAM =
  ': hello\n\nid: 3\ndata: {"type":"text-delta","delta":"añb"}\n\n' +
  'event: note\r\ndata: one\r\ndata: two\r\n\r\ndata:no space\r\rdata: [DONE]\n\n';

const EXPECTED = [
  { id: '3', event: 'message', data: '{"type":"text-delta","delta":"añb"}' },
  { id: '3', event: 'note', data: 'one\ntwo' },
  { id: '3', event: 'message', data: 'no space' },
  { id: '3', event: 'message', data: '[DONE]' },
];

function readBytes(cuts: number[]): unknown[] {
  const bytes = new TextEncoder().encode(STREAM);
  const decoder = new TextDecoder();
  const reader = new EventReader();
  const events: unknown[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    events.push(...reader.push(decoder.decode(bytes.slice(from, cut), { stream: true })));
    from = cut;
  }
  events.push(...reader.push(decoder.decode()));
  return events;
}

describe('EventReader', () => {
  it('reads a whole stream', () => {
    expect(readBytes([])).toEqual(EXPECTED);
  });

  it('reads the same wherever the stream is cut in two', () => {
    const length = new TextEncoder().encode(STREAM).length;
    for (let cut = 0; cut <= length; cut++) expect(readBytes([cut])).toEqual(EXPECTED);
  });

  it('reads the same byte by byte', () => {
    const length = new TextEncoder().encode(STREAM).length;
    expect(readBytes(Array.from({ length }, (_, i) => i))).toEqual(EXPECTED);
  });

  it('keeps an unfinished event to itself', () => {
    const reader = new EventReader();
    expect(reader.push('data: half')).toEqual([]);
    expect(reader.push('\n')).toEqual([]);
    expect(reader.push('\n')).toHaveLength(1);
  });
});
