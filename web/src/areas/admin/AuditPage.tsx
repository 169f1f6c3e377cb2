/** Filled in next. */
export function AuditPage() {
  return null;
}
