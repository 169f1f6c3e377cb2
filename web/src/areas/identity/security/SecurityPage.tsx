import { PageFrame } from '@/app/PageFrame';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import '../identity.css';
import { PasswordSettings } from '../PasswordSettings';
import { SessionSettings } from '../SessionSettings';
import { useSignInWords } from '../words';
import { LinkedSettings } from './LinkedSettings';
import { PasskeySettings } from './PasskeySettings';
import { TotpSettings } from './TotpSettings';
import { useSecurity } from './useSecurity';

/** How the person signs in, and where they are signed in. */
export function SecurityPage() {
  const w = useSignInWords();
  const security = useSecurity();
  return (
    <PageFrame title={w.security}>
      {security.isPending && <Bones lines={6} height={40} />}
      {security.error && (
        <LoadError error={security.error} onRetry={() => void security.refetch()} />
      )}
      {security.data && (
        <>
          <PasswordSettings hasPassword={security.data.password} />
          <TotpSettings security={security.data} />
          <PasskeySettings security={security.data} />
          <LinkedSettings security={security.data} />
          <SessionSettings />
        </>
      )}
    </PageFrame>
  );
}
