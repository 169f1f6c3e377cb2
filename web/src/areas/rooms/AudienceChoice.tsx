import { useId } from 'react';
import { Button } from '@/components/Button';
import type { IconName } from '@/components/Icon';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';

export type Audience = 'only' | 'people' | 'workspace';

interface Props {
  value: Audience;
  workspace: string;
  /** How many people would have to go; asks first. */
  asking: number;
  onChange: (audience: Audience) => void;
  onAlone: () => void;
  onStay: () => void;
}

/** Who sees a thread: one of three. */
export function AudienceChoice({ value, workspace, asking, onChange, onAlone, onStay }: Props) {
  const t = useText();
  const s = t.rooms.share;
  const name = useId();
  const options: [Audience, IconName, string, string][] = [
    ['only', 'lock', s.only, s.onlyHint],
    ['people', 'people', s.people, s.peopleHint],
    ['workspace', 'building', s.everyone(workspace), s.everyoneHint],
  ];
  return (
    <fieldset className="audience">
      <legend className="unseen">{s.who}</legend>
      {options.map(([audience, icon, label, hint]) => (
        <label key={audience} className="audience-row">
          <input
            type="radio"
            name={name}
            checked={value === audience}
            onChange={() => onChange(audience)}
          />
          <span className="audience-icon">
            <Icon name={icon} size={18} />
          </span>
          <span className="audience-words">
            <strong>{label}</strong>
            <span>{hint}</span>
          </span>
          <span className="audience-check">
            <Icon name="check" size={17} />
          </span>
        </label>
      ))}
      {asking > 0 && (
        <div className="audience-ask" role="alert">
          <p>{s.alone(asking)}</p>
          <Button small look="quiet" onClick={onStay}>
            {t.common.cancel}
          </Button>
          <Button small look="danger" onClick={onAlone}>
            {s.aloneDo}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
