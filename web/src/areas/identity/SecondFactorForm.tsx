import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { answerSecondFactor } from './waysIn';
import { useSignInWords } from './words';

interface Props {
  challenge: string;
  onDone: () => void;
  onBack: () => void;
}

/** The second half of a sign-in: a code of the app, or a recovery code. */
export function SecondFactorForm({ challenge, onDone, onBack }: Props) {
  const t = useText();
  const w = useSignInWords();
  const [code, setCode] = useState('');
  const answer = useMutation({
    mutationFn: () => answerSecondFactor(challenge, code),
    onSuccess: onDone,
  });
  const atField = isFailure(answer.error) ? answer.error.field('code') : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        answer.mutate();
      }}
    >
      {answer.error && !atField && <Notice look="danger">{describe(answer.error, t)}</Notice>}
      <Field label={w.code} error={atField}>
        {(props) => (
          <input
            {...props}
            className="input"
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            required
            autoFocus
            value={code}
            onChange={(e) => setCode(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="main" wide busy={answer.isPending || answer.isSuccess}>
        {w.codeSend}
      </Button>
      <p className="entrance-other">
        <button type="button" className="link" onClick={onBack}>
          {w.otherWay}
        </button>
      </p>
    </form>
  );
}
