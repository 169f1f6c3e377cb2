/** Filled in next. */
export function UsagePage() {
  return null;
}
