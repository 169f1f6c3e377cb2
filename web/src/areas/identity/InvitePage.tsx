/** Filled in next. */
export function InvitePage() {
  return null;
}
