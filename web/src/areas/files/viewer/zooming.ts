export interface View {
  scale: number;
  x: number;
  y: number;
}

export const FITTED: View = { scale: 1, x: 0, y: 0 };
const MOST = 8;

/** Zooms around a point, measured from the middle of the picture's room: what lies under it stays there. */
export function zoomed(view: View, by: number, px = 0, py = 0): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * by));
  if (scale === 1) return FITTED;
  const k = scale / view.scale;
  return { scale, x: px - (px - view.x) * k, y: py - (py - view.y) * k };
}

/** Moved, but never out of sight. */
export function moved(view: View, dx: number, dy: number, width: number, height: number): View {
  if (view.scale === 1) return view;
  const mx = (width * (view.scale - 1)) / 2;
  const my = (height * (view.scale - 1)) / 2;
  const within = (n: number, most: number) => Math.max(-most, Math.min(most, n));
  return { ...view, x: within(view.x + dx, mx), y: within(view.y + dy, my) };
}
