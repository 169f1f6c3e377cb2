import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Message } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { useAssistant } from '@/areas/assistants/assistants';
import { useMe } from '@/areas/identity/session';
import { useSettings } from '@/areas/identity/settings';
import type { How } from './asking';
import { useEntrants, isShared } from '@/areas/rooms/members';
import { BranchNotice } from '@/areas/rooms/BranchNotice';
import { ClosedRoom } from '@/areas/rooms/ClosedRoom';
import { RoomContext } from '@/areas/rooms/RoomContext';
import { TypingLine } from '@/areas/rooms/TypingLine';
import { ViewerLine } from '@/areas/rooms/ViewerLine';
import { setPageTitle, useCountInTitle } from '@/app/pageTitle';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { generations } from '@/live/generations';
import { project } from '@/live/projection';
import { useCell } from '@/live/cell';
import { outboxCell } from '@/live/live';
import { edit, goOn, regenerate, send, sendFirst, starting, stop } from './asking';
import './chat.css';
import { ChatHeader } from './ChatHeader';
import { Composer } from './Composer';
import { adoptDraft, NEW, setDraft } from './drafts';
import { useGhosts } from './ghosts';
import { Greeting } from './Greeting';
import { useMessages } from './messages';
import { NotFound } from './NotFound';
import { ProblemNotice } from './ProblemNotice';
import { useProblem } from './problems';
import { setNewAssistant, setNewModel, useNewAssistant, useNewModel } from './newModel';
import { usePatchThread, useThread } from './threads';
import { useFollowing } from './useFollowing';

/** With all that draws answers; a new chat begins without it and has it before the first word comes. */
const loadMessageList = () => import('./MessageList');
const MessageList = lazy(() => loadMessageList().then((m) => ({ default: m.MessageList })));

const NO_MESSAGES: Message[] = [];

/** Draws again with every change of what runs. */
function useGenerations() {
  useSyncExternalStore(generations.subscribe, generations.look);
  return generations;
}

/** A conversation: an old one by its id, or the beginning of a new one. */
export function ChatPage() {
  const { threadId } = useParams({ strict: false });
  useCountInTitle();
  return <Chat key={threadId ?? NEW} threadId={threadId ?? null} />;
}

function Chat({ threadId }: { threadId: string | null }) {
  const key = threadId ?? NEW;
  const navigate = useNavigate();
  const me = useMe();
  const settings = useSettings();
  const thread = useThread(threadId);
  const loaded = useMessages(threadId);
  const spoken = useGenerations();
  const beginning = useCell(starting);
  const problem = useProblem(key);
  const patch = usePatchThread();
  const fresh = useNewModel();

  const freshAssistant = useNewAssistant();
  const assistantId = threadId === null ? freshAssistant : (thread.data?.assistant_id ?? null);
  const assistant = useAssistant(assistantId);
  const fallback = settings.default_model ?? me.workspace.default_model ?? 'auto';
  const chosen = threadId === null ? fresh : (thread.data?.model ?? null);
  const model = chosen ?? assistant?.model ?? fallback;
  // With an assistant and no model chosen over it, the server knows which one answers.
  const asked = assistantId === null ? model : chosen;
  const stored = loaded.data?.messages ?? NO_MESSAGES;
  const author = {
    id: me.user.id,
    full_name: me.user.full_name,
    avatar_color: me.user.avatar_color,
  };
  const ghosts = useGhosts(threadId ?? beginning, author, thread.data?.answers !== 'mentioned');
  const rows = project(key, stored, {
    asking: spoken.asked(key),
    ghosts,
    spoken: (id) => spoken.get(id),
    shownAs: spoken.shownAs,
  });
  const running = rows.some((row) => row.live);
  const gone =
    isFailure(thread.error) && (thread.error.status === 404 || thread.error.status === 403);
  // What is closed is not listened to; when it opens again, it is listened to anew.
  useFollowing(gone ? null : threadId, stored);

  // A conversation begun without a network has its own address as soon as the server made it.
  const real = useCell(outboxCell, (box) => (threadId ? box.ids[threadId] : undefined));
  useEffect(() => {
    if (real) void navigate({ to: '/c/$threadId', params: { threadId: real }, replace: true });
  }, [real, navigate]);

  // Whoever leaves the page of a new chat is not called back to it.
  useEffect(() => {
    if (threadId !== null) starting.set(null);
  }, [threadId]);

  useEffect(() => {
    void loadMessageList();
  }, []);

  const draft = thread.data?.draft ?? null;
  useEffect(() => {
    if (threadId) adoptDraft(threadId, draft);
  }, [threadId, draft]);

  const title = thread.data?.title;
  useEffect(() => setPageTitle(title ?? null), [title]);

  const { m: linked } = useSearch({ strict: false });
  const people = useEntrants(thread.data ?? null);
  const role = people.find((p) => p.id === me.user.id)?.role ?? thread.data?.role;
  const writes = role !== 'viewer';
  const shared = isShared(thread.data);
  const room = useMemo(
    () => ({
      threadId: key,
      me: me.user.id,
      shared,
      writes,
      people: new Map(people.map((p) => [p.id, p])),
    }),
    [key, me.user.id, shared, writes, people],
  );

  const ask = (content: string, how: How) => {
    const asking = { content, model: asked, me: author, ...how };
    if (threadId) send(threadId, asking);
    else {
      setNewAssistant(null);
      void sendFirst({ ...asking, assistantId }, (id) =>
        navigate({ to: '/c/$threadId', params: { threadId: id }, replace: true }),
      );
    }
  };
  const chooseAssistant = (id: string | null) => {
    if (threadId) patch.mutate({ id: threadId, patch: { assistant_id: id, model: null } });
    else {
      setNewAssistant(id);
      setNewModel(null);
    }
  };
  const chooseModel = (next: string) => {
    if (threadId) patch.mutate({ id: threadId, patch: { model: next } });
    else setNewModel(next);
  };

  const composer = (
    <div className="chat-composer">
      {problem && <ProblemNotice threadId={key} problem={problem} />}
      {threadId && <BranchNotice threadId={threadId} />}
      {shared && threadId && <TypingLine threadId={threadId} people={people} />}
      {writes ? (
        <Composer
          draftKey={key}
          thread={thread.data ?? null}
          people={people}
          model={model}
          assistant={{ chosen: assistantId, onChoose: chooseAssistant }}
          running={running}
          onModel={chooseModel}
          onSend={ask}
          onStop={() => void (threadId && stop(threadId))}
        />
      ) : (
        <ViewerLine people={people} />
      )}
    </div>
  );

  if (gone) return thread.data ? <ClosedRoom /> : <NotFound />;

  if (threadId === null && rows.length === 0) {
    return (
      <div className="chat chat-new">
        <ChatHeader thread={null} />
        <div className="chat-welcome">
          <Greeting name={me.user.full_name} onPick={(text) => setDraft(NEW, text)}>
            {composer}
          </Greeting>
        </div>
      </div>
    );
  }

  return (
    <RoomContext value={room}>
      <div className="chat">
        <ChatHeader thread={thread.data ?? null} />
        {loaded.isPending && rows.length === 0 && threadId !== null ? (
          <div className="chat-loading">
            <Bones lines={6} />
          </div>
        ) : loaded.error && rows.length === 0 ? (
          <div className="chat-loading">
            <LoadError error={loaded.error} onRetry={() => void loaded.refetch()} />
          </div>
        ) : (
          <Suspense fallback={<div className="messages-wrap" />}>
            <MessageList
              key={key}
              threadId={key}
              thread={thread.data ?? null}
              linked={linked ?? null}
              rows={rows}
              older={loaded.data?.older ?? null}
              running={running}
              onRegenerate={(reply: Message, other) =>
                threadId && regenerate(threadId, reply, other ?? asked)
              }
              onEdit={(message, content) =>
                threadId && edit(threadId, message, { content, model: asked, me: author })
              }
              onContinue={(reply) => threadId && goOn(threadId, reply)}
              onStop={(reply) => void (threadId && stop(threadId, reply.id))}
            />
          </Suspense>
        )}
        {composer}
      </div>
    </RoomContext>
  );
}
