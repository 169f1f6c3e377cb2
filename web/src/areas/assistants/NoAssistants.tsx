import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { AssistantFace } from './AssistantFace';
import { beginWith } from './beginning';
import { useAssistantText } from './text';

/** What an assistant could be for, to begin with. */
export function NoAssistants({ locked }: { locked: boolean }) {
  const s = useAssistantText();
  const navigate = useNavigate();
  return (
    <div className="empty">
      <AssistantFace size={52} />
      <h2>{s.empty}</h2>
      <p className="assistants-hint">{s.emptyHint}</p>
      {!locked && (
        <>
          <Link to="/assistants" search={{ open: 'new' }} className="btn btn-main">
            <Icon name="plus" size={17} />
            {s.new}
          </Link>
          <ul className="assistant-examples">
            {s.examples.map((example) => (
              <li key={example.name}>
                <Button
                  look="quiet"
                  onClick={() => {
                    beginWith(example);
                    void navigate({ to: '/assistants', search: { open: 'new' } });
                  }}
                >
                  {example.name}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
