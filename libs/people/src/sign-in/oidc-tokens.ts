import { UnavailableError } from '@millrace/service-kit';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Claim that users are called by. */
  readonly nameClaim: string;
}

/** Signatures by a key pair only: a secret that the issuer shares with its clients proves nothing about who made a token. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const clockSkewSeconds = 30;
const timeoutMs = 5_000;
/** An unknown key is looked up at the issuer once in so long, whatever tokens come. */
const lookupsEveryMs = 30_000;
const keysKeptMs = 600_000;
const longestName = 190;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

export type TokenVerdict =
  | { readonly ok: true; readonly name: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly reason: string };

/** Checks the tokens of one OIDC issuer. Where its keys are is asked for with the first token, and again after a failure. */
export class OidcTokens {
  readonly #settings: OidcSettings;
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  async verify(token: string): Promise<TokenVerdict> {
    const { issuer, audience } = this.#settings;
    const keys = await this.#discovered();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['exp'],
      });
      return this.#verdict(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError && !isOutage(error)) return { ok: false, reason: error.message };
      throw unavailable(issuer, error);
    }
  }

  #verdict(payload: JWTPayload): TokenVerdict {
    const { nameClaim } = this.#settings;
    const name = payload[nameClaim];
    if (typeof name !== 'string' || name === '' || name.length > longestName || /\p{Cc}/u.test(name))
      return { ok: false, reason: `the claim "${nameClaim}" holds no name` };
    return { ok: true, name, expiresAtMs: (payload.exp ?? 0) * 1000 };
  }

  #discovered(): Promise<JWTVerifyGetKey> {
    this.#keys ??= discoverKeys(this.#settings.issuer).catch((error: unknown) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }
}

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  try {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    const found = discovery.parse(await response.json());
    if (found.issuer !== issuer)
      throw new Error(`it calls itself ${found.issuer}: MILLRACE_AUTH_OIDC_ISSUER must be that`);
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      timeoutDuration: timeoutMs,
      cooldownDuration: lookupsEveryMs,
      cacheMaxAge: keysKeptMs,
    });
  } catch (error) {
    throw unavailable(issuer, error);
  }
}

/** The issuer's fault and not the token's. */
function isOutage(error: errors.JOSEError): boolean {
  return (
    error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC'
  );
}

function unavailable(issuer: string, cause: unknown): UnavailableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnavailableError('ACCESS_ISSUER_UNAVAILABLE', `the issuer ${issuer} gives no keys: ${reason}`, { cause });
}
