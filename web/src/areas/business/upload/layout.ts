import type { Sample } from '../types';

/** What a person may put right about how a file was read. */
export interface Edits {
  decimal?: Sample['decimal'];
  date_order?: NonNullable<Sample['date_order']>;
  time_zone?: string;
  currency?: string;
  /** By the name of the column; null: left out. */
  fields?: Record<string, string | null>;
}

export function fieldOf(sample: Sample, edits: Edits, column: string): string | null {
  const edited = edits.fields?.[column];
  if (edited !== undefined) return edited;
  return sample.columns.find((c) => c.name === column)?.field ?? null;
}

/** The fields that must come from some column and do not yet. */
export function missing(sample: Sample, edits: Edits): string[] {
  const taken = new Set(sample.columns.map((c) => fieldOf(sample, edits, c.name)));
  // Where no column names the currency, it is one for all amounts.
  const unpriced = !taken.has('currency') && !(edits.currency ?? sample.currency);
  return sample.fields
    .filter((f) => (f.required || (f.name === 'currency' && unpriced)) && !taken.has(f.name))
    .map((f) => f.label);
}

/** Fields that two columns claim. */
export function doubled(sample: Sample, edits: Edits): string[] {
  const seen = new Map<string, number>();
  for (const c of sample.columns) {
    const field = fieldOf(sample, edits, c.name);
    if (field) seen.set(field, (seen.get(field) ?? 0) + 1);
  }
  return sample.fields.filter((f) => (seen.get(f.name) ?? 0) > 1).map((f) => f.label);
}

function columnsOf(before: unknown, sample: Sample, edits: Edits): unknown {
  const field = (name: string) => fieldOf(sample, edits, name);
  if (Array.isArray(before)) {
    return before.map((c: unknown) =>
      typeof c === 'object' && c !== null && 'name' in c
        ? { ...c, field: field(String(c.name)) }
        : c,
    );
  }
  return Object.fromEntries(
    sample.columns.flatMap((c) => {
      const to = field(c.name);
      return to ? [[c.name, to]] : [];
    }),
  );
}

/** What was detected, with what was put right: what a person approves. */
export function layoutOf(sample: Sample, edits: Edits): Record<string, unknown> {
  const { fields: _fields, ...plain } = edits;
  return {
    ...sample.layout,
    time_zone: sample.time_zone,
    ...plain,
    currency: (edits.currency ?? sample.currency) || null,
    columns: columnsOf(sample.layout.columns, sample, edits),
  };
}

/** What is usual here stands in for what a file does not tell. */
export function withUsual(
  sample: Sample,
  usual: { currency?: string | null; time_zone?: string | null },
): Sample {
  return {
    ...sample,
    currency: sample.currency ?? (usual.currency || null),
    time_zone: sample.time_zone === 'UTC' ? usual.time_zone || 'UTC' : sample.time_zone,
  };
}
