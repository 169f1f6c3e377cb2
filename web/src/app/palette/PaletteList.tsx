import { useEffect, useRef } from 'react';
import { Notice } from '@/components/Notice';
import { isFailure } from '@/api/failure';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { PaletteRow } from './PaletteRow';
import type { Row } from './row';
import { grouped } from './row';
import { useSearchText } from '@/areas/search/text';

interface Props {
  rows: Row[];
  here: number;
  text: string;
  wanted: boolean;
  busy: boolean;
  first: boolean;
  error: unknown;
  onPoint: (id: string) => void;
  onRun: (row: Row) => void;
}

export function PaletteList(props: Props) {
  const { rows, here, text, wanted, busy, first, error, onPoint, onRun } = props;
  const t = useText();
  const s = useSearchText();
  const list = useRef<HTMLDivElement>(null);
  const at = rows[here]?.id;

  useEffect(() => {
    const element = list.current?.querySelector('[aria-selected="true"]');
    // The name of the group stays in sight with its first row.
    if (here === 0) list.current?.scrollTo({ top: 0 });
    else element?.scrollIntoView({ block: 'nearest' });
  }, [here, at]);

  const offline = isFailure(error) && error.status === 0;
  const nothing = wanted ? !first && !busy && !error && rows.length <= 1 : rows.length === 0;
  return (
    <div className="palette-body">
      {error !== null && (
        <div className="palette-note">
          <Notice look={offline ? 'plain' : 'danger'} icon={offline ? 'cloudOff' : undefined}>
            {offline ? s.offline : describe(error, t)}
          </Notice>
        </div>
      )}
      <div
        ref={list}
        id="palette-list"
        className="palette-scroll"
        role="listbox"
        aria-label={t.palette.title}
      >
        {grouped(rows).map(({ group, rows: some }) => (
          <div key={group} role="group" aria-label={group || undefined}>
            {group && (
              <div className="palette-group" aria-hidden="true">
                {group}
              </div>
            )}
            {some.map((row) => {
              const i = rows.indexOf(row);
              return (
                <PaletteRow
                  key={row.id}
                  id={`palette-${i}`}
                  row={row}
                  here={i === here}
                  onPoint={() => onPoint(row.id)}
                  onRun={() => onRun(row)}
                />
              );
            })}
          </div>
        ))}
        {nothing && (
          <p className="palette-none" aria-hidden="true">
            {wanted ? s.none(text) : t.palette.none}
          </p>
        )}
        {first && (
          <div className="palette-wait" aria-hidden="true">
            {[72, 54, 63].map((width) => (
              <span key={width} className="bone" style={{ width: `${width}%` }} />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
