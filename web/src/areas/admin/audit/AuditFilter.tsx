import { useState } from 'react';
import { Field } from '@/components/Field';
import { useAdminText } from '../text';
import type { TrailFilter } from './audit';
import { DayRange } from './DayRange';

interface Props {
  filter: TrailFilter;
  onChange: (filter: TrailFilter) => void;
}

/** Narrows the trail down. A search is itself written into the trail, so it waits for Enter. */
export function AuditFilter({ filter, onChange }: Props) {
  const a = useAdminText();
  const [words, setWords] = useState(filter.q);
  const search = () => {
    if (words.trim() !== filter.q) onChange({ ...filter, q: words.trim() });
  };
  return (
    <form
      className="form-row afilters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <Field label={a.audit.search} hint={a.audit.searchHint}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="search"
            placeholder={a.audit.searchExample}
            value={words}
            onChange={(e) => {
              setWords(e.target.value);
              if (e.target.value === '' && filter.q) onChange({ ...filter, q: '' });
            }}
          />
        )}
      </Field>
      <Field label={a.audit.filter} hint={a.audit.filterHint}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="search"
            placeholder="auth.login"
            value={filter.action}
            onChange={(e) => onChange({ ...filter, action: e.target.value })}
          />
        )}
      </Field>
      <DayRange
        from={filter.from}
        to={filter.to}
        onChange={(days) => onChange({ ...filter, ...days })}
      />
    </form>
  );
}
