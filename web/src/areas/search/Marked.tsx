import './marks.css';
import { stretches } from './marks';

interface Props {
  text: string;
  marks: readonly (readonly [number, number])[];
}

/** A text with what was found in it marked. It is drawn as text, whatever it says. */
export function Marked({ text, marks }: Props) {
  return stretches(text, marks).map((stretch, i) =>
    stretch.marked ? <mark key={i}>{stretch.text}</mark> : stretch.text,
  );
}
