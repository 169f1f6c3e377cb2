import { api } from '@/api/client';
import type { PasskeyChallenge, SignedIn } from '@/api/contract';
import { isFailure } from '@/api/failure';
import { getPasskey, type RequestOptions } from './passkey';
import { begin } from './session';

/** Where another service begins; it leads back to a path of this page. */
export function providerAddress(id: string, next: string): string {
  return `/api/v1/auth/oidc/${encodeURIComponent(id)}/start?return_to=${encodeURIComponent(next)}`;
}

/** What the second half of a sign-in has to bring, if the first one asked for it. */
export function challengeOf(error: unknown): string | null {
  if (!isFailure(error) || error.code !== 'SECOND_FACTOR_REQUIRED') return null;
  return error.field('challenge') ?? null;
}

export async function answerSecondFactor(challenge: string, code: string): Promise<void> {
  await api.post<SignedIn>('/auth/second-factor', { challenge, code }, { noRefresh: true });
  begin();
}

export async function signInWithPasskey(): Promise<void> {
  const asked = await api.post<PasskeyChallenge>('/auth/passkey/begin', {}, { noRefresh: true });
  const credential = await getPasskey(asked.options as RequestOptions);
  const body = { challenge_id: asked.challenge_id, credential };
  await api.post<SignedIn>('/auth/passkey', body, { noRefresh: true });
  begin();
}
