/** Filled in next. */
export function KeysPage() {
  return null;
}
