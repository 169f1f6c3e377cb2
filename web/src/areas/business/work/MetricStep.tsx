import { Field } from '@/components/Field';
import { useLanguage } from '@/text';
import { labelIn, useCatalogue } from '../metrics/metrics';
import { useBusinessText } from '../text';
import { textOf } from './content';
import type { StepInput } from './StepForm';
import { RANGES } from './steps';

/** A number, computed when the workflow runs. */
export function MetricStep({ input, onInput }: StepInput) {
  const b = useBusinessText();
  const language = useLanguage();
  const catalogue = useCatalogue().data;
  const metrics = catalogue?.metrics ?? [];
  const id = textOf(input, 'metric');
  const fits = metrics.find((m) => m.id === id)?.dimensions ?? [];
  const dimensions = catalogue?.dimensions.filter((d) => fits.includes(d.id)) ?? [];
  return (
    <div className="bstep-row">
      <Field label={b.metrics.metric}>
        {(props) => (
          <select
            {...props}
            className="input"
            value={id}
            onChange={(e) => onInput({ metric: e.target.value, group_by: undefined })}
          >
            {!metrics.some((m) => m.id === id) && <option value={id}>{id}</option>}
            {metrics.map((m) => (
              <option key={m.id} value={m.id}>
                {labelIn(m, language)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={b.metrics.period}>
        {(props) => (
          <select
            {...props}
            className="input"
            value={textOf(input, 'range')}
            onChange={(e) => onInput({ range: e.target.value })}
          >
            {RANGES.map((range) => (
              <option key={range} value={range}>
                {b.flows.ranges[range]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={b.metrics.by}>
        {(props) => (
          <select
            {...props}
            className="input"
            value={textOf(input, 'group_by')}
            onChange={(e) => onInput({ group_by: e.target.value || undefined })}
          >
            <option value="">–</option>
            {dimensions.map((d) => (
              <option key={d.id} value={d.id}>
                {labelIn(d, language)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
