/** Filled in next. */
export function SettingsPage() {
  return null;
}
