import { beforeEach, expect, it } from 'vitest';
import type { Member } from '../../../src/api/contract';
import { keys } from '../../../src/api/keys';
import { queryClient } from '../../../src/api/queryClient';
import { followNames } from '../../../src/live/names';
import { unstored } from '../../../src/live/unstored';

const bea = { id: 'b', full_name: 'Bea', avatar_color: '#111111' };
const said = unstored({ id: 'm', thread_id: 't', role: 'user', author: bea }, 0);
const answer = unstored({ id: 'a', thread_id: 't', role: 'assistant' }, 0);
const member = (full_name: string) =>
  ({ user_id: 'b', full_name, avatar_color: '#111111' }) as Member;

beforeEach(() => {
  queryClient.clear();
  queryClient.setQueryData(keys.messages('t'), { messages: [said, answer], older: null });
  queryClient.setQueryData(keys.notifications, [{ id: 'n', actor: bea }]);
  queryClient.setQueryData(keys.threadMembers('t'), [member('Bea')]);
});

it('puts a new name wherever the person is shown', () => {
  followNames([member('Beatrice')]);
  expect(queryClient.getQueryData(keys.messages('t'))).toMatchObject({
    messages: [{ author: { full_name: 'Beatrice' } }, { author: null }],
  });
  expect(queryClient.getQueryData(keys.notifications)).toMatchObject([
    { actor: { full_name: 'Beatrice' } },
  ]);
  expect(queryClient.getQueryData(keys.threadMembers('t'))).toMatchObject([
    { full_name: 'Beatrice' },
  ]);
});

it('draws nothing again where no name is new', () => {
  const before = queryClient.getQueryData(keys.messages('t'));
  followNames([member('Bea')]);
  expect(queryClient.getQueryData(keys.messages('t'))).toBe(before);
});
