import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { register } from './session';

interface Props {
  first: boolean;
  /** Given by an invitation. */
  email?: string;
  onDone: () => void;
}

export function RegisterForm({ first, email: given = '', onDone }: Props) {
  const t = useText();
  const [name, setName] = useState('');
  const [email, setEmail] = useState(given);
  const [password, setPassword] = useState('');
  const [seen, setSeen] = useState(false);
  const join = useMutation({
    mutationFn: () => register({ email, password, full_name: name.trim() }),
    onSuccess: onDone,
  });
  const failure = isFailure(join.error) ? join.error : null;
  const atField = failure && failure.details.some((d) => d.field);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        join.mutate();
      }}
    >
      {join.error && !atField && <Notice look="danger">{describe(join.error, t)}</Notice>}
      <Field label={t.signIn.name} error={failure?.field('full_name')}>
        {(props) => (
          <input
            {...props}
            className="input"
            autoComplete="name"
            required
            maxLength={120}
            autoFocus
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        )}
      </Field>
      <Field label={t.signIn.email} error={failure?.field('email')}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        )}
      </Field>
      <Field
        label={t.signIn.password}
        hint={t.signIn.passwordHint}
        error={failure?.field('password')}
      >
        {(props) => (
          <div className="with-end">
            <input
              {...props}
              className="input"
              type={seen ? 'text' : 'password'}
              autoComplete="new-password"
              required
              minLength={10}
              maxLength={200}
              value={password}
              onChange={(e) => setPassword(e.target.value)}
            />
            <Button look="quiet" small aria-pressed={seen} onClick={() => setSeen(!seen)}>
              {seen ? t.signIn.hide : t.signIn.show}
            </Button>
          </div>
        )}
      </Field>
      <Button type="submit" look="main" wide busy={join.isPending || join.isSuccess}>
        {first ? t.signIn.createFirst : t.signIn.create}
      </Button>
    </form>
  );
}
