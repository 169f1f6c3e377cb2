import { Button } from '@/components/Button';
import { Logo } from '@/components/Logo';
import { isFailure } from '@/api/failure';
import { useText } from '@/text';
import { describe } from '@/text/failures';

/** A page that could not be shown, for a reason the server gave or for a fault of our own. */
export function PageFault({ error }: { error: unknown }) {
  const t = useText();
  return (
    <main className="empty" style={{ minHeight: '100dvh', alignContent: 'center' }}>
      <Logo size={36} />
      <h2>{isFailure(error) ? describe(error, t) : t.common.crashed}</h2>
      <Button icon="refresh" onClick={() => location.reload()}>
        {t.common.reload}
      </Button>
    </main>
  );
}
