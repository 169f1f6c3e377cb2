import type { Author, Me, Member, Message, Notification, ThreadMember } from '@/api/contract';
import { keys } from '@/api/keys';
import { queryClient } from '@/api/queryClient';
import type { Loaded } from './branch';

type Look = Pick<Author, 'full_name' | 'avatar_color'>;

/** The same thing where nothing of it is new, so that nothing is drawn again. */
function renewed<T extends Look>(shown: T, now: Look | undefined): T {
  if (!now) return shown;
  const { full_name, avatar_color } = now;
  const same = shown.full_name === full_name && shown.avatar_color === avatar_color;
  return same ? shown : { ...shown, full_name, avatar_color };
}

function mapped<T>(rows: T[], change: (row: T) => T): T[] {
  const next = rows.map(change);
  return next.some((row, i) => row !== rows[i]) ? next : rows;
}

/** A person's new name and colour go wherever the page shows them: the server tells of them once. */
export function followNames(members: readonly Member[]): void {
  const now = new Map<string, Look>(members.map((m) => [m.user_id, m]));
  const author = (message: Message): Message => {
    if (!message.author) return message;
    const next = renewed(message.author, now.get(message.author.id));
    return next === message.author ? message : { ...message, author: next };
  };
  queryClient.setQueriesData<Loaded>({ queryKey: keys.allMessages }, (loaded) => {
    if (!loaded) return loaded;
    const messages = mapped(loaded.messages, author);
    return messages === loaded.messages ? loaded : { ...loaded, messages };
  });
  queryClient.setQueriesData<Message>({ queryKey: keys.quoted }, (m) => m && author(m));
  queryClient.setQueriesData<ThreadMember[]>(
    { queryKey: keys.allThreadMembers },
    (rows) => rows && mapped(rows, (row) => renewed(row, now.get(row.user_id))),
  );
  queryClient.setQueryData<Notification[]>(
    keys.notifications,
    (rows) =>
      rows &&
      mapped(rows, (row) => {
        const actor = row.actor && renewed(row.actor, now.get(row.actor.id));
        return actor === row.actor ? row : { ...row, actor };
      }),
  );
  queryClient.setQueryData<Me | null>(keys.me, (me) => {
    if (!me) return me;
    const user = renewed(me.user, now.get(me.user.id));
    return user === me.user ? me : { ...me, user };
  });
}
