import { useId, useState } from 'react';
import { Icon } from '@/components/Icon';
import { useBusinessText } from '../text';

/** A place to drop a table, or to choose one. */
export function DropFile({ busy, onFile }: { busy: boolean; onFile: (file: File) => void }) {
  const b = useBusinessText();
  const id = useId();
  const [over, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) onFile(file);
  };
  return (
    <div
      className="bdrop"
      data-over={over || undefined}
      aria-busy={busy}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <Icon name="rows" size={26} />
      <p>
        <label htmlFor={id}>{b.upload.choose}</label> {b.upload.drop}
      </p>
      <p className="quiet">{b.upload.kinds}</p>
      <input
        id={id}
        type="file"
        accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv,application/jsonl"
        disabled={busy}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
    </div>
  );
}
