import { Button } from '@/components/Button';
import { Notice } from '@/components/Notice';
import { Segments } from '@/components/Segments';
import { bytes } from '@/text/numbers';
import { useBusinessText } from '../text';
import type { Sample } from '../types';
import { ColumnRow } from './ColumnRow';
import { FirstRows } from './FirstRows';
import type { Edits } from './layout';
import { doubled, fieldOf, missing } from './layout';

interface Props {
  file: File;
  sample: Sample;
  edits: Edits;
  stale: boolean;
  sending: boolean;
  onEdit: (edits: Edits) => void;
  onSend: () => void;
  onForget: () => void;
}

/** What was made out of a file, to be put right and approved. */
export function Approve({ file, sample, edits, stale, sending, onEdit, onSend, onForget }: Props) {
  const b = useBusinessText();
  const absent = missing(sample, edits);
  const twice = doubled(sample, edits);
  const facts = [
    sample.format.toUpperCase(),
    sample.encoding,
    sample.delimiter && b.upload.delimiter(sample.delimiter),
    bytes(file.size),
  ];
  const dates = (['dmy', 'mdy', 'ymd'] as const).map((value) => ({
    value,
    label: b.upload.orders[value],
  }));
  return (
    <div className="stack" aria-busy={stale || sending}>
      <p>
        <strong>{file.name}</strong>{' '}
        <span className="quiet">{facts.filter(Boolean).join(' · ')}</span>
      </p>
      {sample.doubts.map((doubt) => (
        <Notice key={doubt} look="warn" icon="eye">
          {doubt}
        </Notice>
      ))}
      {sample.warnings.map((warning) => (
        <Notice key={warning} look="warn">
          {warning}
        </Notice>
      ))}
      <div className="bapprove">
        <div className="field">
          <span className="field-label">{b.upload.decimal}</span>
          <Segments
            label={b.upload.decimal}
            value={edits.decimal ?? sample.decimal}
            options={[
              { value: '.', label: '1,234.56' },
              { value: ',', label: '1.234,56' },
            ]}
            onChange={(decimal) => onEdit({ decimal })}
          />
        </div>
        <div className="field">
          <span className="field-label">{b.upload.dates}</span>
          <Segments
            label={b.upload.dates}
            value={(edits.date_order ?? sample.date_order ?? '') as 'dmy'}
            options={dates}
            onChange={(date_order) => onEdit({ date_order })}
          />
        </div>
        <label className="field">
          <span className="field-label">{b.upload.zone}</span>
          <input
            className="input"
            list="bzones"
            value={edits.time_zone ?? sample.time_zone}
            onChange={(e) => onEdit({ time_zone: e.target.value })}
          />
        </label>
        <label className="field">
          <span className="field-label">{b.upload.currency}</span>
          <input
            className="input"
            maxLength={3}
            placeholder="EUR"
            value={edits.currency ?? sample.currency ?? ''}
            onChange={(e) => onEdit({ currency: e.target.value.toUpperCase() })}
          />
        </label>
      </div>
      <div className="table-wrap btable" tabIndex={0} role="region" aria-label={b.upload.columns}>
        <table className="table bcolumns">
          <thead>
            <tr>
              <th scope="col">{b.upload.column}</th>
              <th scope="col">{b.upload.examples}</th>
              <th scope="col">{b.upload.means}</th>
            </tr>
          </thead>
          <tbody>
            {sample.columns.map((column) => (
              <ColumnRow
                key={column.name}
                column={column}
                fields={sample.fields}
                field={fieldOf(sample, edits, column.name)}
                onField={(field) => onEdit({ fields: { ...edits.fields, [column.name]: field } })}
              />
            ))}
          </tbody>
        </table>
      </div>
      <details className="bhow">
        <summary>{b.upload.firstRows}</summary>
        <FirstRows sample={sample} />
      </details>
      {absent.length > 0 && <Notice look="warn">{b.upload.missing(absent.join(', '))}</Notice>}
      {twice.length > 0 && <Notice look="warn">{b.upload.doubled(twice.join(', '))}</Notice>}
      <div className="form-end">
        <Button
          look="main"
          busy={sending || stale}
          disabled={absent.length > 0 || twice.length > 0}
          onClick={onSend}
        >
          {sending ? b.upload.sending : b.upload.approve}
        </Button>
        <Button look="quiet" disabled={sending} onClick={onForget}>
          {b.upload.other}
        </Button>
      </div>
    </div>
  );
}
