import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { LoadError } from '@/components/LoadError';
import { measure } from '../measure';
import { useAdminText } from '../text';
import type { Range, Split } from './address';
import { ChartTable } from './ChartTable';
import { useDrawn } from './monitor';
import type { ChartLine, ChartSpec } from './series';
import { isEmpty, OTHERS } from './series';
import { TimeChart } from './TimeChart';
import { useGroupNames } from './useGroupNames';

interface Props {
  spec: ChartSpec;
  range: Range;
  split: Split | undefined;
}

/** One chart with its name, what it is split by, and its table. It is as tall while it loads as when it is there. */
export function ChartCard({ spec, range, split }: Props) {
  const a = useAdminText();
  const m = a.monitor;
  const [table, setTable] = useState(false);
  const found = useDrawn(spec, range, split);
  const by = split && spec.splits.includes(split) ? split : undefined;
  const name = m.charts[spec.id];
  const nameOf = useGroupNames(by);
  const say = (value: number | null) => measure(spec.unit, value);
  const labelOf = (line: ChartLine) => {
    if (line.id === OTHERS) return m.others(found.data?.left ?? 0);
    if (line.id === 'all') return name;
    return nameOf(line.id) || m.unnamed;
  };
  const nothing = found.data !== undefined && isEmpty(found.data);
  return (
    <section className="acard" aria-label={name}>
      <div className="acard-head">
        <h3>{name}</h3>
        <p>
          {by && spec.draw === 'quantiles' ? `p95 · ${m.splits[by]}` : by && m.splits[by]}
          {split && !by && m.notSplit}
        </p>
      </div>
      <div className="acard-body" data-old={found.isPlaceholderData || undefined}>
        {found.isPending && <Bones lines={1} height={180} />}
        {found.error && !found.data && (
          <LoadError error={found.error} onRetry={() => void found.refetch()} />
        )}
        {nothing && <p className="acard-none">{m.nothing}</p>}
        {found.data && !nothing && (
          <TimeChart
            name={name}
            times={found.data.times}
            step={found.data.step}
            lines={found.data.lines}
            labelOf={labelOf}
            say={say}
          />
        )}
      </div>
      {found.data && !nothing && (
        <details
          className="acard-table"
          open={table}
          onToggle={(e) => setTable(e.currentTarget.open)}
        >
          <summary>{m.table}</summary>
          {table && <ChartTable name={name} data={found.data} labelOf={labelOf} say={say} />}
        </details>
      )}
    </section>
  );
}
