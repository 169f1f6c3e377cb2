import type { ManifestField } from '../types';

/** What stands in a form before anything is written. */
export function firstValues(fields: ManifestField[]): Record<string, string> {
  return Object.fromEntries(
    fields.map((f) => [f.name, f.kind === 'bool' ? (f.default ?? 'false') : (f.default ?? '')]),
  );
}

/** What is sent: no fields that were left empty, no spaces that came along when pasting. */
export function sentValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, value.trim()])
      .filter(([, value]) => value !== ''),
  );
}

/** The pattern for the browser, which anchors it itself; none where the browser cannot read it. */
export function patternOf(field: ManifestField): string | undefined {
  if (!field.pattern) return undefined;
  try {
    new RegExp(field.pattern, 'v');
    return field.pattern.replace(/^\^|\$$/g, '');
  } catch {
    return undefined;
  }
}

/** Of the stored values those that may stand in a form; secrets come back masked and stay out. */
export function formValues(
  fields: ManifestField[],
  stored: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    fields.map((f) => [f.name, f.kind === 'secret' ? '' : (stored[f.name] ?? f.default ?? '')]),
  );
}

/** What a form changes: secrets only where something was written. */
export function changedValues(
  fields: ManifestField[],
  stored: Record<string, string>,
  form: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((f) => {
      const value = (form[f.name] ?? '').trim();
      if (f.kind === 'secret') return value ? [[f.name, value]] : [];
      return value !== (stored[f.name] ?? '') ? [[f.name, value]] : [];
    }),
  );
}
