import { useDeferredValue, useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { usePopover } from '@/components/usePopover';
import { useBusinessText } from '../text';
import type { Filter } from '../types';
import { useValues } from './metrics';

interface Props {
  metric: string;
  dimensions: { id: string; label: string }[];
  filters: Filter[];
  onFilter: (filter: Filter) => void;
}

/** Chooses a dimension, then finds its values by typing. */
export function FilterAdd({ metric, dimensions, filters, onFilter }: Props) {
  const b = useBusinessText();
  const { anchor, panel, open, toggle, onToggle } = usePopover('start');
  const [dimension, setDimension] = useState('');
  const [q, setQ] = useState('');
  const asked = useDeferredValue(useSlowly(q.trim(), 150));
  const values = useValues(metric, open ? dimension : '', asked);
  const now = filters.find((f) => f.dimension === dimension);
  const chosen = now?.values ?? [];
  const list = [...new Set([...(q ? [] : chosen), ...(values.data ?? [])])].slice(0, 40);
  const set = (change: Partial<Filter>) =>
    onFilter({ dimension, values: chosen, ...(now?.not ? { not: true } : {}), ...change });

  return (
    <>
      <Button
        small
        icon="plus"
        ref={(element) => {
          anchor.current = element;
        }}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setDimension('');
          setQ('');
          toggle();
        }}
      >
        {b.metrics.filter}
      </Button>
      <div
        ref={panel}
        className="menu bfilter"
        role="dialog"
        aria-label={b.metrics.filter}
        popover="auto"
        onToggle={onToggle}
      >
        {open && dimension === '' && (
          <div>
            {dimensions.map((d, i) => (
              <button
                key={d.id}
                type="button"
                className="menu-item"
                autoFocus={i === 0}
                onClick={() => setDimension(d.id)}
              >
                {d.label}
                <small>
                  <Icon name="right" size={15} />
                </small>
              </button>
            ))}
          </div>
        )}
        {open && dimension !== '' && (
          <div className="bfilter-values">
            <button type="button" className="menu-item" onClick={() => setDimension('')}>
              <Icon name="left" size={15} />
              {dimensions.find((d) => d.id === dimension)?.label}
            </button>
            <input
              type="search"
              className="input"
              autoFocus
              aria-label={b.metrics.findValue}
              placeholder={b.metrics.findValue}
              value={q}
              onChange={(e) => setQ(e.target.value)}
            />
            <div className="bfilter-list" aria-busy={values.isFetching}>
              {list.map((value) => (
                <label key={value} className="menu-item">
                  <input
                    type="checkbox"
                    checked={chosen.includes(value)}
                    onChange={(e) =>
                      set({
                        values: e.target.checked
                          ? [...chosen, value]
                          : chosen.filter((v) => v !== value),
                      })
                    }
                  />
                  {value}
                </label>
              ))}
              {values.isSuccess && list.length === 0 && (
                <p className="menu-label">{b.metrics.noValue}</p>
              )}
            </div>
            {chosen.length > 0 && (
              <label className="menu-item">
                <input
                  type="checkbox"
                  checked={now?.not === true}
                  onChange={(e) => set({ not: e.target.checked || undefined })}
                />
                {b.metrics.allBut}
              </label>
            )}
          </div>
        )}
      </div>
    </>
  );
}
