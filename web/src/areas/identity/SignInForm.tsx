import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { signIn } from './session';
import { challengeOf } from './waysIn';

interface Props {
  onDone: () => void;
  /** The password is right, and a second factor is asked for. */
  onChallenge: (challenge: string) => void;
}

export function SignInForm({ onDone, onChallenge }: Props) {
  const t = useText();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const login = useMutation({
    mutationFn: () => signIn(email, password),
    onSuccess: onDone,
    onError: (error) => {
      const challenge = challengeOf(error);
      if (challenge) onChallenge(challenge);
    },
  });
  const wrong = isFailure(login.error) && login.error.status === 401;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        login.mutate();
      }}
    >
      {login.error && (
        <Notice look="danger">{wrong ? t.signIn.wrong : describe(login.error, t)}</Notice>
      )}
      <Field label={t.signIn.email}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        )}
      </Field>
      <Field label={t.signIn.password}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="main" wide busy={login.isPending || login.isSuccess}>
        {t.signIn.signIn}
      </Button>
    </form>
  );
}
