import type { AlertRule, AlertSettings, AlertSettingsPatch } from '../types';

/** The settings as they stand in the form. */
export interface SettingsDraft {
  /** Addresses with commas or line ends between. */
  mail: string;
  webhook: string;
  /** Empty: as it is. */
  secret: string;
  rules: (Pick<AlertRule, 'kind' | 'enabled' | 'respond'> & { threshold: string })[];
}

export function draftOf(settings: AlertSettings): SettingsDraft {
  return {
    mail: settings.mail_to.join(', '),
    webhook: settings.webhook_url ?? '',
    secret: '',
    rules: settings.rules.map(({ kind, enabled, respond, threshold }) => ({
      kind,
      enabled,
      respond,
      threshold: String(threshold),
    })),
  };
}

export function addresses(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

/** A threshold as it was written; null where that is no number. */
export function thresholdOf(text: string): number | null {
  const value = text.trim() === '' ? NaN : Number(text.trim().replace(',', '.'));
  return Number.isFinite(value) && value >= 0 ? value : null;
}

const same = (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y);

/** Only what differs is sent; null where nothing does. */
export function changeOf(settings: AlertSettings, draft: SettingsDraft): AlertSettingsPatch | null {
  const patch: AlertSettingsPatch = {};
  const mail = addresses(draft.mail);
  if (!same(mail, settings.mail_to)) patch.mail_to = mail;
  const webhook = draft.webhook.trim() || null;
  if (webhook !== settings.webhook_url) patch.webhook_url = webhook;
  if (draft.secret !== '') patch.webhook_secret = draft.secret;
  const rules = draft.rules.flatMap((rule) => {
    const before = settings.rules.find((r) => r.kind === rule.kind);
    if (!before) return [];
    const { kind, enabled, threshold, respond } = before;
    const now = {
      kind,
      enabled: rule.enabled,
      threshold: thresholdOf(rule.threshold) ?? threshold,
      respond: rule.respond,
    };
    return same(now, { kind, enabled, threshold, respond }) ? [] : [now];
  });
  if (rules.length > 0) patch.rules = rules;
  return Object.keys(patch).length > 0 ? patch : null;
}
