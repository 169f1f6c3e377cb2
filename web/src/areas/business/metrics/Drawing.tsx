import { byCurrency } from '../chart/byCurrency';
import { BarList } from '../chart/BarList';
import { LineChart } from '../chart/LineChart';
import { useBusinessText } from '../text';
import type { Grain, Point, Row, Unit } from '../types';

interface Props {
  name: string;
  kind: 'line' | 'bar';
  series: Point[];
  rows: Row[];
  unit: Unit | null;
  currency: string | null;
  grain: Grain | null;
  unfinished?: boolean;
  height?: number;
  most?: number;
}

/** A chart, or one for each currency side by side. */
export function Drawing({
  name,
  kind,
  series,
  rows,
  unit,
  currency,
  grain,
  unfinished,
  height,
  most,
}: Props) {
  const b = useBusinessText();
  const charts =
    kind === 'line'
      ? byCurrency(series).map(({ currency: code, list }) => (
          <Titled key={code ?? ''} code={code} many={byCurrency(series).length > 1}>
            <LineChart
              name={name}
              points={list}
              unit={unit}
              currency={code ?? currency}
              grain={grain}
              unfinished={unfinished}
              height={height}
            />
          </Titled>
        ))
      : byCurrency(rows).map(({ currency: code, list }) => (
          <Titled key={code ?? ''} code={code} many={byCurrency(rows).length > 1}>
            <BarList name={name} rows={list} unit={unit} currency={code ?? currency} most={most} />
          </Titled>
        ));
  if (charts.length === 0) return <p className="quiet">{b.chart.none}</p>;
  return (
    <div className="bdrawings" data-many={charts.length > 1 || undefined}>
      {charts}
    </div>
  );
}

function Titled({
  code,
  many,
  children,
}: {
  code: string | null;
  many: boolean;
  children: React.ReactNode;
}) {
  return (
    <div className="bdrawing">
      {many && code && <h4>{code}</h4>}
      {children}
    </div>
  );
}
