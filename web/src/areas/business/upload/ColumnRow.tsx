import { useBusinessText } from '../text';
import type { Sample, SampleColumn } from '../types';

interface Props {
  column: SampleColumn;
  fields: Sample['fields'];
  field: string | null;
  onField: (field: string | null) => void;
}

/** A column of the file, and what it means. */
export function ColumnRow({ column, fields, field, onField }: Props) {
  const b = useBusinessText();
  const help = fields.find((f) => f.name === field)?.help;
  return (
    <tr data-off={field === null || undefined}>
      <th scope="row">
        {column.name}
        <small>{column.type}</small>
      </th>
      <td className="bexamples">{column.examples.slice(0, 3).join(' · ') || '–'}</td>
      <td>
        <select
          className="input"
          aria-label={b.upload.meaningOf(column.name)}
          title={help ?? undefined}
          value={field ?? ''}
          onChange={(e) => onField(e.target.value || null)}
        >
          <option value="">{b.upload.leaveOut}</option>
          {fields.map((f) => (
            <option key={f.name} value={f.name}>
              {f.label}
              {f.required ? ' *' : ''}
            </option>
          ))}
        </select>
      </td>
    </tr>
  );
}
