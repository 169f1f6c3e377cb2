import { useState } from 'react';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { rangeWords } from '../formats';
import { useBusinessText } from '../text';
import type { Days, PeriodId } from './address';
import { ownDays, PERIODS } from './address';

interface Props {
  period: PeriodId;
  days: Days;
  fiscal: boolean;
  /** What stands on the button instead of the period's name. */
  label?: string;
  onPick: (period: PeriodId, own: Days | null) => void;
}

/** Which days: the usual periods, and a range of one's own. */
export function PeriodPicker({ period, days, fiscal, label, onPick }: Props) {
  const b = useBusinessText();
  const { anchor, panel, open, toggle, close, onToggle } = usePopover('start');
  const [own, setOwn] = useState(days);
  const [before, setBefore] = useState(days);
  if (before.from !== days.from || before.to !== days.to) {
    setBefore(days);
    setOwn(days);
  }
  const range = ownDays(own.from, own.to);
  const names: PeriodId[] = fiscal ? [...PERIODS, 'fiscal_year'] : [...PERIODS];
  return (
    <>
      <button
        type="button"
        className={label ? 'bchip' : 'btn btn-line bperiod'}
        ref={(element) => {
          anchor.current = element;
        }}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={toggle}
      >
        <Icon name="clock" size={label ? 13 : 17} />
        {label ?? (
          <span>
            {b.periods[period]} <small>{rangeWords(days.from, days.to)}</small>
          </span>
        )}
        <Icon name="down" size={label ? 13 : 15} />
      </button>
      <div
        ref={panel}
        className="menu bperiods"
        role="dialog"
        aria-label={b.metrics.period}
        popover="auto"
        onToggle={onToggle}
      >
        {open && (
          <>
            <div className="bperiods-list">
              {names.map((name) => (
                <button
                  key={name}
                  type="button"
                  className="menu-item"
                  aria-pressed={name === period}
                  autoFocus={name === period}
                  onClick={() => {
                    close();
                    onPick(name, null);
                  }}
                >
                  {b.periods[name]}
                  {name === period && (
                    <small>
                      <Icon name="check" size={15} />
                    </small>
                  )}
                </button>
              ))}
            </div>
            <form
              className="bperiods-own"
              onSubmit={(event) => {
                event.preventDefault();
                if (!range) return;
                close();
                onPick('own', range);
              }}
            >
              <p className="field-label">{b.periods.own}</p>
              <label>
                <span className="unseen">{b.metrics.from}</span>
                <input
                  type="date"
                  className="input"
                  required
                  value={own.from}
                  onChange={(e) => setOwn({ ...own, from: e.target.value })}
                />
              </label>
              <label>
                <span className="unseen">{b.metrics.to}</span>
                <input
                  type="date"
                  className="input"
                  required
                  value={own.to}
                  onChange={(e) => setOwn({ ...own, to: e.target.value })}
                />
              </label>
              <Button type="submit" look="main" small disabled={!range}>
                {b.metrics.show}
              </Button>
            </form>
          </>
        )}
      </div>
    </>
  );
}
