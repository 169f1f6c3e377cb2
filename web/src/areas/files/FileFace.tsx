import './face.css';
import { kindOf, labelOf } from './kinds';

interface Props {
  name: string;
  type: string;
  size?: 'small' | 'large';
}

/** What kind of file it is, at a glance: a sheet in the colour of its kind. Its name stands beside it. */
export function FileFace({ name, type, size }: Props) {
  const kind = kindOf(type, name);
  const label = labelOf(kind, name);
  return (
    <span className="file-face" data-kind={kind} data-size={size} aria-hidden="true">
      <svg viewBox="0 0 32 40" fill="none">
        <path
          className="file-face-sheet"
          d="M4 2.75h15.2L29.25 12.8V34a3.25 3.25 0 0 1-3.25 3.25H6A3.25 3.25 0 0 1 2.75 34V6A3.25 3.25 0 0 1 6 2.75z"
        />
        <path className="file-face-fold" d="M19 2.75V10a3 3 0 0 0 3 3h7.25" />
      </svg>
      <b>{label}</b>
    </span>
  );
}
