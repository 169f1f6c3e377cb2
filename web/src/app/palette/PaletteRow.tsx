import type { Row } from './row';

interface Props {
  row: Row;
  id: string;
  here: boolean;
  onPoint: () => void;
  onRun: () => void;
}

export function PaletteRow({ row, id, here, onPoint, onRun }: Props) {
  return (
    <div
      id={id}
      className="palette-row"
      role="option"
      aria-selected={here}
      onPointerMove={onPoint}
      onClick={onRun}
    >
      <span className="palette-face">{row.face}</span>
      <span className="palette-words">
        <span className="palette-label">{row.label}</span>
        {row.detail && <span className="palette-detail">{row.detail}</span>}
      </span>
      {row.aside && <span className="palette-aside">{row.aside}</span>}
    </div>
  );
}
