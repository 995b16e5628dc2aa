import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OidcTokens } from './oidc-tokens.ts';

/** An issuer as others are: it describes itself, and publishes keys that it changes. */
let server: Server;
let issuer: string;
let isUp = true;
let keysServed = 0;
const published: JWK[] = [];
const pairs: Record<string, CryptoKey> = {};

async function addKey(kid: string, alg: 'RS256' | 'ES256'): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
  pairs[kid] = privateKey;
}

beforeAll(async () => {
  await addKey('rsa', 'RS256');
  await addKey('ec', 'ES256');
  server = createServer((request, response) => {
    if (!isUp) return void response.writeHead(500).end();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/realm/.well-known/openid-configuration') {
      return void response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    }
    keysServed += 1;
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
});
afterAll(() => server.close());

interface Wish {
  readonly kid?: string;
  readonly alg?: string;
  readonly claims?: Record<string, unknown>;
  readonly audience?: string;
  readonly from?: string;
  readonly expiresIn?: number | null;
}

function token({
  kid = 'rsa',
  alg = 'RS256',
  claims = { sub: 'ada' },
  audience = 'millrace',
  from = issuer,
  expiresIn = 60,
}: Wish = {}) {
  const jwt = new SignJWT(claims).setProtectedHeader({ alg, kid }).setIssuer(from).setAudience(audience).setIssuedAt();
  if (expiresIn !== null) jwt.setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn);
  const key = pairs[kid];
  if (key === undefined) throw new Error(`there is no key ${kid}`);
  return jwt.sign(key);
}
const opened = (nameClaim = 'sub') => new OidcTokens({ issuer, audience: 'millrace', nameClaim });

describe('OidcTokens', () => {
  it('takes tokens that are signed with RS256 and ES256, and asks for keys once', async () => {
    const tokens = opened();
    keysServed = 0;
    for (const [kid, alg] of [
      ['rsa', 'RS256'],
      ['ec', 'ES256'],
    ] as const) {
      expect(await tokens.verify(await token({ kid, alg }))).toMatchObject({ ok: true, name: 'ada' });
    }
    expect(keysServed).toBe(1);
    expect(await opened('email').verify(await token({ claims: { email: 'a@b' } }))).toMatchObject({ name: 'a@b' });
  });

  it.each<[string, Wish]>([
    ['of another audience', { audience: 'another' }],
    ['of another issuer', { from: 'https://elsewhere.example' }],
    ['that has expired, beyond the skew of clocks', { expiresIn: -31 }],
    ['that never expires', { expiresIn: null }],
    ['that is not valid yet', { claims: { sub: 'ada', nbf: Math.floor(Date.now() / 1000) + 120 } }],
    ['that names nobody', { claims: {} }],
    ['whose name holds control characters', { claims: { sub: 'a\u0000b' } }],
  ])('refuses a token %s', async (_what, wish) => {
    expect(await opened().verify(await token(wish))).toMatchObject({ ok: false });
  });

  it('allows for the skew of clocks', async () => {
    expect(await opened().verify(await token({ expiresIn: -5 }))).toMatchObject({ ok: true });
  });

  it('refuses what is not signed by a key of the issuer', async () => {
    const [, payload] = (await token()).split('.');
    const head = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
    const modulus = Buffer.from(published[0]?.n ?? '', 'base64url');
    const shared = await new SignJWT({ sub: 'eve' })
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
      .setIssuer(issuer)
      .setAudience('millrace')
      .setExpirationTime('1m')
      .sign(modulus);
    const forged = [
      `${head({ alg: 'none' })}.${payload}.`,
      shared,
      'a.b.c',
      'nonsense',
      `${(await token()).slice(0, -8)}AAAAAAAA`,
    ];
    for (const one of forged) expect(await opened().verify(one), one).toMatchObject({ ok: false });
  });

  it('follows the issuer to new keys', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const tokens = opened();
      expect(await tokens.verify(await token())).toMatchObject({ ok: true });
      await addKey('next', 'ES256');
      vi.advanceTimersByTime(31_000);
      expect(await tokens.verify(await token({ kid: 'next', alg: 'ES256' }))).toMatchObject({ ok: true });
      published.splice(0, 1);
      vi.advanceTimersByTime(601_000);
      expect(await tokens.verify(await token({ kid: 'rsa' }))).toMatchObject({ ok: false });
    } finally {
      vi.useRealTimers();
    }
  });

  it('is an outage while the issuer is away, and passes', async () => {
    isUp = false;
    const tokens = opened();
    const good = await token({ kid: 'ec', alg: 'ES256' });
    await expect(tokens.verify(good)).rejects.toMatchObject({ code: 'ACCESS_ISSUER_UNAVAILABLE', transient: true });
    isUp = true;
    expect(await tokens.verify(good)).toMatchObject({ ok: true });
  });
});
