import { timingSafeEqual } from 'node:crypto';
import type { PeopleState } from '../journal/people-state.ts';
import { oidcPrefix, type Principal } from '../roles/principal.ts';
import { hashOfSecret, isApiKey } from './api-key.ts';
import { CheckPasswords } from './check-passwords.ts';
import type { TokenVerdict } from './oidc-tokens.ts';
import { readCredential } from './read-credential.ts';
import { Remembered } from './remembered.ts';

export type SignIn =
  { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly reason: string };

export interface AuthenticateParts {
  readonly state: () => PeopleState;
  readonly now: () => number;
  /** What our own services prove themselves with. */
  readonly serviceToken: string;
  readonly tokens: { verify(token: string): Promise<TokenVerdict> } | null;
}

const mostTokens = 10_000;
/** A verified token is taken without looking at its signature again for so long. */
const tokenKeptMs = 60_000;
/** The hash of nothing that anybody has: an unknown user costs as long as a known one. */
const nobodysHash = `scrypt$32768$8$3$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Who sends an `Authorization` header. Without a round trip: users and keys are in memory, what costs is remembered. */
export class Authenticate {
  readonly #parts: AuthenticateParts;
  readonly #serviceHash: Buffer;
  readonly #passwords = new CheckPasswords();
  readonly #verified = new Remembered<string, { readonly principal: Principal; readonly untilMs: number }>(mostTokens);

  constructor(parts: AuthenticateParts) {
    this.#parts = parts;
    this.#serviceHash = Buffer.from(hashOfSecret(parts.serviceToken));
  }

  /** Whether it is another service of ours that asks: no journal says who they are. */
  isPlatform(authorization: string): boolean {
    const credential = readCredential(authorization);
    return credential.kind === 'bearer' && this.#isServiceHash(hashOfSecret(credential.token));
  }

  #isServiceHash(hash: string): boolean {
    return timingSafeEqual(Buffer.from(hash), this.#serviceHash);
  }

  run(authorization: string | undefined): SignIn | Promise<SignIn> {
    const credential = readCredential(authorization);
    switch (credential.kind) {
      case 'none':
        return refused('the request names nobody: send a user and password, or a bearer token');
      case 'unreadable':
        return refused('the header Authorization is neither Basic nor Bearer as they should be');
      case 'basic':
        return this.#basic(credential.user, credential.password);
      default:
        return this.#bearer(credential.token);
    }
  }

  async #basic(user: string, password: string): Promise<SignIn> {
    const stored = this.#parts.state().users.get(user)?.passwordHash ?? null;
    const isRight = await this.#passwords.check(password, stored ?? nobodysHash);
    if (stored === null || !isRight) return { ok: false, reason: 'user or password is wrong' };
    return { ok: true, principal: { kind: 'user', name: user } };
  }

  #bearer(token: string): SignIn | Promise<SignIn> {
    const hash = hashOfSecret(token);
    if (isApiKey(token)) return this.#key(hash);
    if (this.#isServiceHash(hash)) return { ok: true, principal: { kind: 'platform', name: 'millrace' } };
    const known = this.#verified.get(hash);
    if (known !== undefined && known.untilMs > this.#parts.now()) return { ok: true, principal: known.principal };
    return this.#token(token, hash);
  }

  #key(hash: string): SignIn {
    const key = this.#parts.state().keyByHash.get(hash);
    if (key === undefined) return { ok: false, reason: 'the API key is unknown or revoked' };
    if (key.expiresAtMs !== null && key.expiresAtMs <= this.#parts.now()) return refused('the API key has expired');
    return { ok: true, principal: { kind: 'user', name: key.user } };
  }

  async #token(token: string, hash: string): Promise<SignIn> {
    const { tokens, now } = this.#parts;
    if (tokens === null) return refused('the bearer token is no API key, and no issuer of others is configured');
    const verdict = await tokens.verify(token);
    if (!verdict.ok) return refused(`the bearer token is not accepted: ${verdict.reason}`);
    const principal = { kind: 'oidc', name: oidcPrefix + verdict.name } as const;
    this.#verified.set(hash, { principal, untilMs: Math.min(verdict.expiresAtMs, now() + tokenKeptMs) });
    return { ok: true, principal };
  }
}

function refused(reason: string): SignIn {
  return { ok: false, reason };
}
