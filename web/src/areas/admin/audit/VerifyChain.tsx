import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { useAdminText } from '../text';
import { useVerify } from './audit';
import { Verdict } from './Verdict';

/** Each line of the trail carries the fingerprint of the one before; here they are all read again. */
export function VerifyChain() {
  const a = useAdminText();
  const verify = useVerify();
  return (
    <section className="averify" aria-label={a.audit.verify}>
      <div className="averify-words">
        <h2>{a.audit.chain}</h2>
        <p>{a.audit.chainHint}</p>
      </div>
      <Button icon="checks" busy={verify.isPending} onClick={() => verify.mutate()}>
        {verify.isPending ? a.audit.verifying : a.audit.verify}
      </Button>
      <div className="averify-said" role="status">
        {verify.data && <Verdict verdict={verify.data} />}
      </div>
      {verify.error && <LoadError error={verify.error} onRetry={() => verify.mutate()} />}
    </section>
  );
}
