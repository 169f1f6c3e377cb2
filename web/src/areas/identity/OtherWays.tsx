import { useMutation } from '@tanstack/react-query';
import type { SignInMethods } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { knowsPasskeys } from './passkey';
import { providerAddress, signInWithPasskey } from './waysIn';
import { useSignInWords } from './words';

interface Props {
  methods: SignInMethods;
  next: string;
  onDone: () => void;
}

/** Signing in without a password: with another service, or with a passkey. */
export function OtherWays({ methods, next, onDone }: Props) {
  const t = useText();
  const w = useSignInWords();
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: onDone });
  const withPasskeys = methods.passkeys && knowsPasskeys();
  const failure = isFailure(passkey.error) && passkey.error.status !== 401 ? passkey.error : null;
  if (!withPasskeys && methods.oidc.length === 0) return null;
  return (
    <div className="stack">
      {methods.password && (
        <p className="entrance-or">
          <span>{w.or}</span>
        </p>
      )}
      {passkey.error && (
        <Notice look="danger">{failure ? describe(failure, t) : w.passkeyFailed}</Notice>
      )}
      {methods.oidc.map((provider) => (
        <a
          key={provider.id}
          className="btn btn-line btn-wide"
          href={providerAddress(provider.id, next)}
        >
          {w.withProvider(provider.name)}
        </a>
      ))}
      {withPasskeys && (
        <Button wide icon="key" busy={passkey.isPending} onClick={() => passkey.mutate()}>
          {w.withPasskey}
        </Button>
      )}
    </div>
  );
}
