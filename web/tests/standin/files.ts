import type { Route } from './http.ts';
import { ok, Refusal, route } from './http.ts';
import { id, now } from './store.ts';

interface File {
  id: string;
  name: string;
  type: string;
  group: string;
  size: number;
  status: string;
  pages: number | null;
  created_at: string;
  pages_text: string[];
}

/** Files as far as they can be chosen and found. */
export const files: File[] = [];

export function seedFiles(): void {
  const add = (name: string, group: string, type: string, size: number, pages: string[]) =>
    files.push({
      id: id(),
      name,
      type,
      group,
      size,
      status: 'ready',
      pages: pages.length || null,
      created_at: now(),
      pages_text: pages,
    });
  add('Spring market - stall contract.pdf', 'pdf', 'application/pdf', 412_000, [
    'Contract for a stall at the spring market, between the town and Millbrook Bakery.',
    'The stall measures three metres. Rye flour and other goods may be sold until six in the evening.',
  ]);
  add('Flour prices 2026.xlsx', 'sheet', 'application/vnd.ms-excel', 38_200, [
    'Rye flour 0.82 per kilogram, wheat flour 0.71 per kilogram.',
  ]);
  add('Oven manual.pdf', 'pdf', 'application/pdf', 8_400_000, ['Heat the oven for one hour.']);
  add('Stand at the fair.jpg', 'image', 'image/jpeg', 2_100_000, []);
}

export const fileRoutes: Route[] = [
  route('GET', '/files', (call) => {
    const q = (call.query.get('q') ?? '').toLowerCase();
    return ok(files.filter((f) => f.name.toLowerCase().includes(q)));
  }),
  route('GET', '/files/:id', (call) => {
    const found = files.find((f) => f.id === call.params[0]);
    if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such file.');
    return ok(found);
  }),
];
