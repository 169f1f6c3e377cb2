import { describe, expect, it } from 'vitest';
import { Failure } from '@/api/failure';
import { fromBase64, toBase64 } from '@/areas/identity/passkey';
import { challengeOf, providerAddress } from '@/areas/identity/waysIn';
import { en } from '@/areas/identity/words/en';
import { pt } from '@/areas/identity/words/pt';

describe('ways in', () => {
  it('reads the challenge of the first half, and only of that', () => {
    const details = [{ field: 'challenge', message: 'abc' }];
    const refusal = (code: string) => new Failure({ message: '', code, status: 401, details });
    expect(challengeOf(refusal('SECOND_FACTOR_REQUIRED'))).toBe('abc');
    expect(challengeOf(refusal('UNAUTHORIZED'))).toBeNull();
    expect(challengeOf(new Error('x'))).toBeNull();
  });

  it('leads to another service with the way back in its address', () => {
    expect(providerAddress('house', '/c/1?m=2#x')).toBe(
      '/api/v1/auth/oidc/house/start?return_to=%2Fc%2F1%3Fm%3D2%23x',
    );
  });

  it('writes bytes as addresses do, and reads them again', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const text = toBase64(bytes.buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect(fromBase64(text)).toEqual(bytes);
    expect(toBase64(Uint8Array.from([251, 255]).buffer)).toBe('-_8');
  });

  it('has a sentence for every refusal in both languages', () => {
    expect(Object.keys(pt.errors).sort()).toEqual(Object.keys(en.errors).sort());
  });
});
