import { useState } from 'react';
import { PageSection } from '@/app/PageSection';
import { isFailure } from '@/api/failure';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { locale } from '@/text/numbers';
import { useSaveBusinessSettings } from '../metrics/metrics';
import { useBusinessText } from '../text';
import type { BusinessSettings } from '../types';

/** The zones the browser knows; where it cannot say, any may be written. */
function zones(): string[] {
  return typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
}

function monthName(month: number): string {
  return new Intl.DateTimeFormat(locale(), { month: 'long', timeZone: 'UTC' }).format(
    new Date(Date.UTC(2026, month - 1, 1)),
  );
}

interface SelectProps<T extends string> {
  label: string;
  hint?: string;
  error?: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}

function Select<T extends string>({
  label,
  hint,
  error,
  value,
  options,
  onChange,
}: SelectProps<T>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => (
        <select
          {...props}
          className="input"
          value={value}
          onChange={(e) => onChange(e.target.value as T)}
        >
          {options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function SettingsForm({
  settings,
  locked,
}: {
  settings: BusinessSettings;
  locked: boolean;
}) {
  const t = useText();
  const b = useBusinessText();
  const save = useSaveBusinessSettings();
  const [change, setChange] = useState<Partial<BusinessSettings>>({});
  const now = { ...settings, ...change };
  const set = (part: Partial<BusinessSettings>) => setChange({ ...change, ...part });
  const changed = JSON.stringify(now) !== JSON.stringify(settings);
  const failure = isFailure(save.error) ? save.error : null;
  const weeks = (['monday', 'sunday', 'saturday'] as const).map((day): [typeof day, string] => [
    day,
    b.settings.days[day],
  ]);
  const months = Array.from({ length: 12 }, (_, i): [string, string] => [
    String(i + 1),
    monthName(i + 1),
  ]);
  return (
    <form
      className="bnarrow"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(change, {
          onSuccess: () => {
            setChange({});
            toast(b.settings.saved);
          },
        });
      }}
    >
      <fieldset disabled={locked}>
        <PageSection title={b.settings.calendar} hint={b.settings.calendarHint}>
          <Field label={b.settings.zone} error={failure?.field('time_zone')}>
            {(props) => (
              <>
                <input
                  {...props}
                  className="input"
                  list="bzones-all"
                  required
                  value={now.time_zone}
                  onChange={(e) => set({ time_zone: e.target.value })}
                />
                <datalist id="bzones-all">
                  {zones().map((zone) => (
                    <option key={zone} value={zone} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Select
            label={b.settings.week}
            value={now.week_start}
            options={weeks}
            error={failure?.field('week_start')}
            onChange={(week_start) => set({ week_start })}
          />
          <Select
            label={b.settings.fiscal}
            value={String(now.fiscal_month)}
            options={months}
            error={failure?.field('fiscal_month')}
            onChange={(month) => set({ fiscal_month: Number(month) })}
          />
        </PageSection>
        <PageSection title={b.settings.money}>
          <Field
            label={b.settings.currency}
            hint={b.settings.currencyHint}
            error={failure?.field('currency')}
          >
            {(props) => (
              <input
                {...props}
                className="input"
                maxLength={3}
                placeholder="EUR"
                value={now.currency ?? ''}
                onChange={(e) => set({ currency: e.target.value.toUpperCase() || null })}
              />
            )}
          </Field>
          <Select
            label={b.settings.refunds}
            hint={b.settings.refundHints[now.refund_basis]}
            value={now.refund_basis}
            options={[
              ['processed', b.settings.refundBases.processed],
              ['order', b.settings.refundBases.order],
            ]}
            onChange={(refund_basis) => set({ refund_basis })}
          />
          <Select
            label={b.settings.cancelled}
            hint={b.settings.cancelHints[now.cancel_policy]}
            value={now.cancel_policy}
            options={[
              ['exclude', b.settings.cancelPolicies.exclude],
              ['reverse', b.settings.cancelPolicies.reverse],
            ]}
            onChange={(cancel_policy) => set({ cancel_policy })}
          />
        </PageSection>
      </fieldset>
      {save.error && <Notice look="danger">{describe(save.error, t)}</Notice>}
      {!locked && (
        <div className="form-end">
          <Button type="submit" look="main" busy={save.isPending} disabled={!changed}>
            {t.common.save}
          </Button>
        </div>
      )}
    </form>
  );
}
