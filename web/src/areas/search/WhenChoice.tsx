import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { date } from '@/text/numbers';
import { Choice } from './Choice';
import { dayOf, namedDays } from './days';
import { valueOf, withValue } from './grammar';
import { useSearchText } from './text';

function said(day: string): string {
  const time = Date.parse(`${day}T12:00`);
  return Number.isNaN(time) ? day : date(`${day}T12:00`);
}

/** From a day on, before a day, or between two. */
export function WhenChoice({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const words = useSearchText();
  const s = words.filters;
  const from = valueOf(q, 'after');
  const to = valueOf(q, 'before');
  let shown: string | undefined;
  if (from && to) shown = s.between(said(from), said(to));
  else if (from) shown = s.since(said(from));
  else if (to) shown = s.until(said(to));
  const tomorrow = dayOf(new Date(Date.now() + 86_400_000));

  return (
    <Choice
      label={s.whenLabel}
      any={s.when}
      value={shown ?? null}
      shown={shown}
      onChange={() => onChange(withValue(withValue(q, 'after', null), 'before', null))}
    >
      {(close) => (
        <div className="when">
          <div className="when-named">
            {namedDays(words).map((day) => (
              <Button
                key={day.value}
                small
                aria-pressed={from === day.value}
                onClick={() => {
                  onChange(withValue(withValue(q, 'before', null), 'after', day.value));
                  close();
                }}
              >
                {s.since(day.label.toLowerCase())}
              </Button>
            ))}
          </div>
          <div className="when-days">
            <Field label={s.after}>
              {(props) => (
                <input
                  {...props}
                  className="input"
                  type="date"
                  max={to ?? tomorrow}
                  value={from ?? ''}
                  onChange={(event) => onChange(withValue(q, 'after', event.target.value || null))}
                />
              )}
            </Field>
            <Field label={s.before}>
              {(props) => (
                <input
                  {...props}
                  className="input"
                  type="date"
                  min={from ?? undefined}
                  max={tomorrow}
                  value={to ?? ''}
                  onChange={(event) => onChange(withValue(q, 'before', event.target.value || null))}
                />
              )}
            </Field>
          </div>
        </div>
      )}
    </Choice>
  );
}
