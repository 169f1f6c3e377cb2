import { Link, useSearch } from '@tanstack/react-router';
import { PageFrame } from '@/app/PageFrame';
import { useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { Notice } from '@/components/Notice';
import { AssistantCard } from './AssistantCard';
import { AssistantEditor } from './AssistantEditor';
import './assistants.css';
import { useAssistants } from './assistants';
import { NoAssistants } from './NoAssistants';
import { useAssistantText } from './text';

/** The assistants of the workspace, or one of them to change. */
export function AssistantsPage() {
  const s = useAssistantText();
  const me = useMe();
  const assistants = useAssistants();
  const { open } = useSearch({ from: '/inside/assistants' });
  const list = assistants.data ?? [];
  const locked = me.role === 'guest';
  const one = list.find((a) => a.id === open) ?? null;

  if (!locked && (open === 'new' || one)) {
    return <AssistantEditor key={open} assistant={one} />;
  }
  return (
    <PageFrame title={s.title} lead={s.lead} wide>
      {locked && <Notice icon="lock">{s.readOnly}</Notice>}
      {assistants.isPending && <Bones lines={5} height={56} />}
      {assistants.error && !assistants.data && (
        <LoadError error={assistants.error} onRetry={() => void assistants.refetch()} />
      )}
      {assistants.data && list.length === 0 && <NoAssistants locked={locked} />}
      {list.length > 0 && (
        <>
          {!locked && (
            <p className="assistants-new">
              <Link to="/assistants" search={{ open: 'new' }} className="btn btn-main">
                <Icon name="plus" size={17} />
                {s.new}
              </Link>
            </p>
          )}
          <ul className="assistants">
            {list.map((assistant) => (
              <AssistantCard key={assistant.id} assistant={assistant} locked={locked} />
            ))}
          </ul>
        </>
      )}
    </PageFrame>
  );
}
