import { describe, expect, it } from 'vitest';
import type { Mention, Model } from '@/api/contract';
import type { Candidate } from '@/areas/rooms/candidates';
import { mentionsIn, modelCandidates, offered, personCandidate } from '@/areas/rooms/candidates';
import { completed, formsOf, mentionAt, splitMentions } from '@/areas/rooms/mentions';

/** The caret is where the bar stands. */
function at(marked: string) {
  const caret = marked.indexOf('|');
  return mentionAt(marked.replace('|', ''), caret);
}

describe('the mention at the caret', () => {
  it('begins with an @ that begins a word', () => {
    expect(at('@|')).toEqual({ start: 0, query: '' });
    expect(at('hello @an|a')).toEqual({ start: 6, query: 'an' });
    expect(at('(@ana|)')).toEqual({ start: 1, query: 'ana' });
  });

  it('may have a space in it, for names of two words', () => {
    expect(at('@Ana Li|')).toEqual({ start: 0, query: 'Ana Li' });
    expect(at('@one two three four five|')).toBeNull();
  });

  it('is none in an address, behind a line break, after a bare @, or before the @', () => {
    expect(at('write to ada@exam|ple.org')).toBeNull();
    expect(at('@ana\nand|')).toBeNull();
    expect(at('@ ana|')).toBeNull();
    expect(at('an|d @ana')).toBeNull();
    expect(at('nothing here|')).toBeNull();
  });

  it('is none in code', () => {
    expect(at('run `npm i @vite|` now')).toBeNull();
    expect(at('```\n@decorator|\n```')).toBeNull();
    expect(at('`code` and @an|')).toEqual({ start: 11, query: 'an' });
  });

  it('is completed with one space behind it', () => {
    const query = { start: 3, query: 'an' };
    expect(completed('hi @an', query, 'Ana Lima')).toEqual({ text: 'hi @Ana Lima ', caret: 13 });
    expect(completed('hi @an there', query, 'Ana')).toEqual({ text: 'hi @Ana there', caret: 8 });
  });
});

const ana: Mention = { kind: 'person', id: '1', name: 'Ana Lima' };
const anabel: Mention = { kind: 'person', id: '2', name: 'Anabel' };
const mini: Mention = { kind: 'model', id: 'openai/gpt-5-mini', name: 'GPT-5 mini' };

function shown(text: string, ...mentions: Mention[]): string {
  const written = mentions.map((mention) => ({ mention, forms: formsOf(mention, 'lima@x.org') }));
  return splitMentions(text, written)
    .map((piece) => (piece.mention ? `[${piece.text}=${piece.mention.id}]` : piece.text))
    .join('');
}

describe('mentions in a text', () => {
  it('are found by full name, first name and address, whatever the case', () => {
    expect(shown('@Ana Lima, @ana and @LIMA', ana)).toBe('[@Ana Lima=1], [@ana=1] and [@LIMA=1]');
  });

  it('are the longest that fit, and whole words', () => {
    expect(shown('@Anabel and @Ana', ana, anabel)).toBe('[@Anabel=2] and [@Ana=1]');
    expect(shown('@Anastasia', ana)).toBe('@Anastasia');
    expect(shown('x@ana ana.@ana', ana)).toBe('x@ana ana.@ana');
    expect(shown('@ana. @ana-lina @ana’s', ana)).toBe('[@ana=1]. @ana-lina [@ana=1]’s');
    expect(shown('@gpt-5-mini.2 or @gpt-5-mini.', mini)).toBe(
      '@gpt-5-mini.2 or [@gpt-5-mini=openai/gpt-5-mini].',
    );
  });

  it('are models with or without their provider', () => {
    expect(shown('@gpt-5-mini or @openai/gpt-5-mini or @GPT-5 mini?', mini)).toBe(
      '[@gpt-5-mini=openai/gpt-5-mini] or [@openai/gpt-5-mini=openai/gpt-5-mini] or [@GPT-5 mini=openai/gpt-5-mini]?',
    );
  });

  it('are none in code', () => {
    expect(shown('`@ana` but @ana', ana)).toBe('`@ana` but [@ana=1]');
  });
});

const person = (id: string, full_name: string, email?: string) =>
  personCandidate({ id, full_name, avatar_color: '#000', email });
const model = (id: string, available = true) =>
  ({ id, name: id.split('/')[1], provider: id.split('/')[0], available }) as Model;
const names = (list: Candidate[]) => list.map((c) => c.insert);

describe('what is offered', () => {
  const people = [person('1', 'Zoë Ahn', 'zoe@x.org'), person('2', 'Ana Lima'), person('3', 'Lin')];
  const models = modelCandidates([
    model('openai/gpt-5'),
    model('openai/gpt-5-mini'),
    model('groq/llama'),
    model('local/llama'),
    model('xai/grok', false),
  ]);

  it('is people first, in their order, then some models, while nothing is typed', () => {
    expect(names(offered([...people, ...models], ''))).toEqual([
      'Zoë Ahn',
      'Ana Lima',
      'Lin',
      'gpt-5',
      'gpt-5-mini',
      'groq/llama',
    ]);
  });

  it('is found without accents, by any word of a name, the best fit first', () => {
    expect(names(offered(people, 'zoe'))).toEqual(['Zoë Ahn']);
    expect(names(offered(people, 'li'))).toEqual(['Lin', 'Ana Lima']);
    expect(names(offered(people, 'lima'))).toEqual(['Ana Lima']);
    expect(offered(people, 'nobody')).toEqual([]);
  });

  it('names models by their short name, and by the whole id where two share it', () => {
    expect(names(models)).toEqual(['gpt-5', 'gpt-5-mini', 'groq/llama', 'local/llama']);
  });

  it('is found again in the text that is sent, each once', () => {
    const all = [...people, ...models];
    expect(mentionsIn('@Ana Lima @gpt-5-mini @Ana Lima', all).map((m) => m.id)).toEqual([
      '2',
      'openai/gpt-5-mini',
    ]);
    expect(mentionsIn('nobody at all', all)).toEqual([]);
  });
});
