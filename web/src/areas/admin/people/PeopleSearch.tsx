import { Field } from '@/components/Field';
import { useAdminText } from '../text';

export function PeopleSearch({
  words,
  onChange,
}: {
  words: string;
  onChange: (words: string) => void;
}) {
  const a = useAdminText();
  return (
    <div className="form-row afilters">
      <Field label={a.people.search}>
        {(props) => (
          <input
            {...props}
            className="input"
            type="search"
            placeholder={a.people.searchExample}
            value={words}
            onChange={(e) => onChange(e.target.value)}
          />
        )}
      </Field>
    </div>
  );
}
