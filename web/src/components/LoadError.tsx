import { useText } from '@/text';
import { describe } from '@/text/failures';
import { Button } from './Button';
import { Notice } from './Notice';

/** A list or a page that could not be loaded, and the way to try again. */
export function LoadError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useText();
  return (
    <Notice
      look="danger"
      actions={
        <Button small icon="refresh" onClick={onRetry}>
          {t.common.tryAgain}
        </Button>
      }
    >
      {describe(error, t)}
    </Notice>
  );
}
