import { useEffect, useRef, useState } from 'react';
import { useText } from '@/text';

const MIN = 0.9;
const MAX = 1.25;
const REST_MS = 300;

interface Props {
  value: number;
  onChange: (value: number) => void;
}

/** The text follows the slider; what it rests on is kept. */
export function TextSize({ value, onChange }: Props) {
  const t = useText();
  const [size, setSize] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setSize(value), [value]);
  const move = (next: number) => {
    setSize(next);
    document.documentElement.style.setProperty('--text-scale', String(next));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next), REST_MS);
  };
  return (
    <>
      <span aria-hidden="true" style={{ fontSize: 13 }}>
        A
      </span>
      <input
        className="range"
        type="range"
        min={MIN}
        max={MAX}
        step={0.05}
        aria-label={t.settings.textSize}
        aria-valuetext={`${Math.round(size * 100)} %`}
        value={size}
        onChange={(e) => move(Number(e.target.value))}
      />
      <span aria-hidden="true" style={{ fontSize: 19 }}>
        A
      </span>
    </>
  );
}
