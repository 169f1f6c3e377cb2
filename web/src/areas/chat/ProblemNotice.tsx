import { Link } from '@tanstack/react-router';
import { Button } from '@/components/Button';
import { IconButton } from '@/components/IconButton';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { describe, needsKey } from '@/text/failures';
import type { Problem } from './problems';
import { setProblem } from './problems';

/** Why the last thing asked did not work, and what to do about it. */
export function ProblemNotice({ threadId, problem }: { threadId: string; problem: Problem }) {
  const t = useText();
  const { failure, retry } = problem;
  return (
    <div className="problem">
      <Notice
        look={failure.status === 0 ? 'warn' : 'danger'}
        actions={
          (needsKey(failure) || retry) && (
            <>
              {needsKey(failure) && (
                <Link to="/keys" className="btn btn-line btn-small">
                  {t.chat.openKeys}
                </Link>
              )}
              {retry && (
                <Button small icon="refresh" onClick={retry}>
                  {t.common.tryAgain}
                </Button>
              )}
            </>
          )
        }
      >
        {describe(failure, t)}
      </Notice>
      <IconButton
        small
        icon="close"
        label={t.common.dismiss}
        onClick={() => setProblem(threadId, null)}
      />
    </div>
  );
}
