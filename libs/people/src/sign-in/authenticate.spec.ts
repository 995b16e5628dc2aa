import { beforeAll, describe, expect, it } from 'vitest';
import { nobodyYet } from '../journal/people-state.ts';
import { Authenticate } from './authenticate.ts';
import type { TokenVerdict } from './oidc-tokens.ts';
import { hashPassword, isPassword } from './password-hash.ts';

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const state = nobodyYet();
let nowMs = 1_000;
let verdict: TokenVerdict = { ok: true, name: 'ada', expiresAtMs: 100_000 };
let verified = 0;
const tokens = {
  verify: () => {
    verified += 1;
    return Promise.resolve(verdict);
  },
};
const authenticate = new Authenticate({ state: () => state, now: () => nowMs, serviceToken: 'service', tokens });

beforeAll(async () => {
  const user = { name: 'ada', createdAtMs: 0, createdBy: 'root' };
  state.users.set('ada', { ...user, passwordHash: await hashPassword('pässwörd:1') });
  state.users.set('robot', { ...user, name: 'robot', passwordHash: null });
});

describe('Authenticate', () => {
  it('takes the right password, also composed in another way', async () => {
    const found = await authenticate.run(basic('ada', 'pässwörd:1'));
    expect(found).toEqual({ ok: true, principal: { kind: 'user', name: 'ada' } });
    expect(await authenticate.run(basic('ada', 'pässwörd:1'.normalize('NFD')))).toMatchObject({ ok: true });
  });

  it.each([
    ['a wrong password', basic('ada', 'x')],
    ['an unknown user', basic('eve', 'pässwörd:1')],
    ['a user without a password', basic('robot', '')],
  ])('refuses %s, in the same words', async (_what, header) => {
    expect(await authenticate.run(header)).toEqual({
      ok: false,
      reason: 'user or password is wrong',
    });
  });

  it('forgets what it remembers of a password that is changed', async () => {
    const before = state.users.get('ada');
    if (before === undefined) throw new Error('ada is missing');
    state.users.set('ada', { ...before, passwordHash: await hashPassword('another') });
    expect(await authenticate.run(basic('ada', 'pässwörd:1'))).toMatchObject({ ok: false });
    expect(await authenticate.run(basic('ada', 'another'))).toMatchObject({ ok: true });
    state.users.delete('ada');
    expect(await authenticate.run(basic('ada', 'another'))).toMatchObject({ ok: false });
  });

  it.each([undefined, '', 'Basic', 'Basic !!!', 'Digest a', `Basic ${Buffer.from('no colon').toString('base64')}`])(
    'refuses the header %j',
    async (header) => expect(await authenticate.run(header)).toMatchObject({ ok: false }),
  );

  it('names users of an issuer so that none is taken for ours, and looks at a token once a minute', async () => {
    const expected = { ok: true, principal: { kind: 'oidc', name: 'oidc:ada' } };
    expect(await authenticate.run('Bearer a.b.c')).toEqual(expected);
    expect(await authenticate.run('bearer a.b.c')).toEqual(expected);
    expect(verified).toBe(1);
    verdict = { ok: false, reason: 'it expired' };
    nowMs += 60_000;
    expect(await authenticate.run('Bearer a.b.c')).toMatchObject({ ok: false });
    expect(verified).toBe(2);
  });

  it('takes no token where no issuer is known', async () => {
    const alone = new Authenticate({ state: () => state, now: () => nowMs, serviceToken: 'service', tokens: null });
    expect(await alone.run('Bearer a.b.c')).toMatchObject({ ok: false });
    expect(await alone.run('Bearer service')).toMatchObject({ ok: true, principal: { kind: 'platform' } });
    expect(['Bearer service', 'Bearer a.b.c', 'Basic c2VydmljZTo='].map((header) => alone.isPlatform(header))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

it('a hash holds what it was made with', async () => {
  const stored = await hashPassword('p');
  expect(stored).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect([await isPassword('p', stored), await isPassword('q', stored)]).toEqual([true, false]);
  await expect(isPassword('p', 'md5$x')).rejects.toThrow('"md5"');
});
