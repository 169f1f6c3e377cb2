/** Filled in next. */
export function WorkspacePage() {
  return null;
}
