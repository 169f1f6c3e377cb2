import { Link } from '@tanstack/react-router';
import type { Message } from '@/api/contract';
import { providerName } from '@/areas/models/providerNames';
import { Button } from '@/components/Button';
import { useRoom } from '@/areas/rooms/RoomContext';
import { useText } from '@/text';
import { failedAttempts } from './attempts';

interface Props {
  message: Message;
  locked: boolean;
  onRetry: () => void;
  onContinue: () => void;
}

/** How an answer ended, when it did not end well, and the way on. */
export function AnswerNotice({ message, locked, onRetry, onContinue }: Props) {
  const t = useText();
  const { shared } = useRoom();
  const { status, error } = message;
  if (status !== 'interrupted' && status !== 'stopped' && status !== 'failed') return null;
  const attempts = failedAttempts(error?.details);
  const keys = error?.code === 'NO_PROVIDER_KEY' || error?.code === 'INVALID_PROVIDER_KEY';
  // Among several, whoever stopped it was not always oneself.
  const stopped = shared && status === 'stopped' ? t.rooms.message.stopped : null;
  const begun = message.content !== '';
  return (
    <div className="ending" data-status={status} role={status === 'failed' ? 'alert' : undefined}>
      <p>
        {stopped ??
          (status === 'failed' ? (error?.error ?? t.chat.failed) : t.chat.endings[status])}
      </p>
      {attempts.length > 0 && (
        <ul className="attempts" aria-label={t.chat.attempts}>
          {attempts.map((a, i) => (
            <li key={i}>
              <strong>{providerName(a.provider)}</strong>
              {a.model && <span> {a.model}</span>}
              <span>
                {' '}
                — {a.why}
                {a.times > 1 && ` (${a.times} ×)`}
              </span>
            </li>
          ))}
        </ul>
      )}
      <div className="notice-actions">
        {begun && (
          <Button small icon="play" disabled={locked} onClick={onContinue}>
            {t.chat.goOn}
          </Button>
        )}
        {!(begun && status === 'stopped') && (
          <Button small icon="refresh" disabled={locked} onClick={onRetry}>
            {t.chat.retry}
          </Button>
        )}
        {(keys || attempts.length > 0) && (
          <Link to="/keys" className="btn btn-quiet btn-small">
            {t.chat.openKeys}
          </Link>
        )}
      </div>
    </div>
  );
}
