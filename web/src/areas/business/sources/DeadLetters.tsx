import { PageSection } from '@/app/PageSection';
import { LoadError } from '@/components/LoadError';
import { useBusinessText } from '../text';
import { DeadLetterItem } from './DeadLetterItem';
import { useDeadLetters } from './sources';

/** Records that could not be taken in; everything else went on without them. */
export function DeadLetters({ id, manages }: { id: string; manages: boolean }) {
  const b = useBusinessText();
  const letters = useDeadLetters(id);
  const list = letters.data ?? [];
  if (letters.error && !letters.data) {
    return <LoadError error={letters.error} onRetry={() => void letters.refetch()} />;
  }
  if (list.length === 0) return null;
  return (
    <PageSection title={b.letters.title(list.length)} hint={b.letters.hint}>
      <ul className="bletters">
        {list.map((letter) => (
          <DeadLetterItem key={letter.id} connectorId={id} letter={letter} manages={manages} />
        ))}
      </ul>
    </PageSection>
  );
}
