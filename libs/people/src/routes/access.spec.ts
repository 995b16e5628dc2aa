import { callerOf } from '@millrace/service-kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { nobodyYet, type PeopleState } from '../journal/people-state.ts';
import type { Subject } from '../roles/subject.ts';
import { Authenticate } from '../sign-in/authenticate.ts';
import { hashOfSecret } from '../sign-in/api-key.ts';
import { Access, type PeopleJournal } from './access.ts';
import { named } from './named-in.ts';
import { anybody, onEverything, platform, signedIn, type RouteTable } from './route-needs.ts';

const table: RouteTable = {
  'GET /open': anybody,
  'GET /mine': signedIn,
  'POST /pins': platform,
  'GET /all': onEverything('viewer'),
  'POST /write': { role: 'editor', on: named('experiment', 'body', 'id'), seeing: named('model', 'body', 'model') },
  'POST /new': {
    role: 'editor',
    on: (asked) => named('trace', 'body', 'id')(asked).map((one) => ({ ...one, mayBeNew: true })),
  },
};
const subjects: Readonly<Record<string, Subject>> = {
  'experiment 1': { kind: 'experiment', id: '1', createdBy: 'ada', createdAtMs: 0 },
  'model secret': { kind: 'model', id: 'secret', createdBy: 'eve', createdAtMs: 0 },
};

/** What this instance knows, and what has been acknowledged elsewhere. */
let state: PeopleState;
let ahead: (() => void) | undefined;
let reads: number;
const journal: PeopleJournal = {
  get state() {
    return state;
  },
  read: () => {
    reads += 1;
    ahead?.();
    return Promise.resolve(state);
  },
  submit: () => Promise.reject(new Error('nothing is written here')),
};
const access = new Access({
  settings: { isOn: true, defaultRole: 'viewer' },
  journal,
  authenticate: new Authenticate({ state: () => state, now: () => 5, serviceToken: 'of-the-platform', tokens: null }),
  subjects: {
    find: ({ kind, id }) => {
      if (id === 'away') throw Object.assign(new Error('no answer'), { code: 'DEPENDENCY_AWAY' });
      return subjects[`${kind} ${id}`] ?? null;
    },
  },
  table,
});

function addKey(user: string, expiresAtMs: number | null = null): void {
  const hash = hashOfSecret(`mlr_${user}`);
  state.keyByHash.set(hash, { id: user, user, hash, description: '', createdAtMs: 0, expiresAtMs });
}

async function ask(route: string, token: string | null, body: unknown = {}): Promise<string> {
  const [method = '', pattern = ''] = route.split(' ');
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  try {
    await access.signIn({ method, pattern }, headers);
    await access.permit({ method, pattern }, { url: pattern, params: {}, query: {}, body, headers });
    return callerOf(headers).actor;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

beforeEach(() => {
  state = nobodyYet();
  for (const name of ['ada', 'bob', 'eve']) addKey(name);
  ahead = undefined;
  reads = 0;
});

describe('Access', () => {
  it.each([
    ['GET /open', null, {}, 'anonymous'],
    ['GET /open', 'mlr_nobody', {}, 'anonymous'],
    ['GET /health/ready', null, {}, 'anonymous'],
    ['GET /mine', null, {}, 'ACCESS_NOT_SIGNED_IN'],
    ['GET /mine', 'mlr_nobody', {}, 'ACCESS_NOT_SIGNED_IN'],
    ['GET /mine', 'mlr_bob', {}, 'bob'],
    ['HEAD /mine', 'mlr_bob', {}, 'bob'],
    ['POST /pins', 'mlr_ada', {}, 'ACCESS_NOT_PERMITTED'],
    ['POST /pins', 'of-the-platform', {}, 'millrace'],
    ['GET /all', 'mlr_bob', {}, 'bob'],
    ['POST /write', 'mlr_ada', { id: '1' }, 'ada'],
    ['POST /write', 'mlr_bob', { id: '1' }, 'ACCESS_NOT_PERMITTED'],
    ['POST /write', 'of-the-platform', { id: '1' }, 'millrace'],
    ['POST /write', 'mlr_ada', {}, 'ACCESS_NOT_PERMITTED'],
    ['POST /write', 'mlr_ada', { id: ['1', '2'] }, 'RESOURCE_DOES_NOT_EXIST'],
    ['POST /write', 'mlr_ada', { id: '1', model: 'secret' }, 'ada'],
    ['POST /new', 'mlr_bob', { id: 't' }, 'bob'],
    ['POST /forgotten', 'mlr_ada', {}, 'ACCESS_NOT_PERMITTED'],
  ])('%s by %s with %j: %s', async (route, token, body, outcome) => {
    expect(await ask(route, token, body)).toBe(outcome);
  });

  it('keeps whoever may write from showing what they may not see', async () => {
    state.grants.set('model:secret', new Map([['*', { user: '*', role: 'none', grantedBy: 'eve', grantedAtMs: 1 }]]));
    expect(await ask('POST /write', 'mlr_ada', { id: '1', model: 'secret' })).toBe('ACCESS_NOT_PERMITTED');
  });

  it('judges by what was acknowledged anywhere before the request came', async () => {
    ahead = () => addKey('new');
    expect(await ask('GET /mine', 'mlr_new')).toBe('new');
    ahead = () => state.globalRoles.set('bob', 'editor');
    expect(await ask('POST /write', 'mlr_bob', { id: '1' })).toBe('bob');
    ahead = () => state.globalRoles.delete('bob');
    expect(await ask('POST /write', 'mlr_bob', { id: '1' })).toBe('ACCESS_NOT_PERMITTED');
    ahead = () => state.keyByHash.clear();
    expect(await ask('GET /mine', 'mlr_new')).toBe('ACCESS_NOT_SIGNED_IN');
    expect(reads).toBe(4);
  });

  it('reads the journal neither for services of ours nor for who says nothing, nor for health and documentation', async () => {
    await ask('POST /write', 'of-the-platform', { id: '1' });
    await ask('GET /open', null);
    await ask('GET /mine', null);
    await ask('GET /health/ready', 'mlr_ada');
    expect(reads).toBe(0);
  });

  it('does not look for what a thing belongs to where the role on everything is enough', async () => {
    state.globalRoles.set('bob', 'editor');
    expect(await ask('POST /write', 'mlr_bob', { id: 'away' })).toBe('bob');
    expect(await ask('POST /write', 'mlr_ada', { id: 'away' })).toBe('DEPENDENCY_AWAY');
  });

  it('takes no key that has expired', async () => {
    addKey('late', 5);
    expect(await ask('GET /mine', 'mlr_late')).toBe('ACCESS_NOT_SIGNED_IN');
  });

  it('shows in lists what may be seen', async () => {
    const headers = { authorization: 'Bearer mlr_bob' };
    expect(access.sight(headers)?.(subjects['experiment 1'] as Subject)).toBe(false);
    await access.signIn({ method: 'GET', pattern: '/mine' }, headers);
    state.grants.set('model:secret', new Map([['*', { user: '*', role: 'none', grantedBy: 'eve', grantedAtMs: 1 }]]));
    const sees = access.sight(headers);
    expect(Object.values(subjects).map((one) => sees?.(one))).toEqual([true, false]);
    const things = ['1', 'secret', 'gone'];
    const nameOf = (id: string) => ({ kind: id === '1' ? 'experiment' : 'model', id }) as const;
    expect(await access.seen(headers, things, nameOf)).toEqual(['1']);
    state.globalRoles.set('bob', 'viewer');
    expect(await access.seen(headers, things, nameOf)).toEqual(things);
  });

  it('what somebody lends to others ends with their own right, and with them', async () => {
    const both = [
      { kind: 'experiment', id: '1' },
      { kind: 'model', id: 'secret' },
    ] as const;
    expect(await access.maySee('bob', both)).toBe(false);
    state.users.set('bob', { name: 'bob', passwordHash: null, createdAtMs: 0, createdBy: 'ada' });
    expect(await access.maySee('bob', both)).toBe(true);
    state.grants.set('model:secret', new Map([['*', { user: '*', role: 'none', grantedBy: 'eve', grantedAtMs: 1 }]]));
    expect(await access.maySee('bob', both)).toBe(false);
    expect(await access.maySee('bob', both.slice(0, 1))).toBe(true);
    expect(await access.maySee('oidc:kim', both.slice(0, 1))).toBe(true);
    state.globalRoles.set('bob', 'viewer');
    expect(await access.maySee('bob', both)).toBe(true);
  });

  it('lets everybody do everything while it is off, under the name that they give', async () => {
    const off = new Access({
      settings: { isOn: false, defaultRole: 'none' },
      journal,
      authenticate: { isPlatform: () => false, run: () => ({ ok: false, reason: 'off' }) },
      subjects: { find: () => null },
      table,
    });
    const headers = { authorization: `Basic ${Buffer.from('ada:whatever').toString('base64')}` };
    expect(off.principalOf(headers)).toEqual({ kind: 'local', name: 'ada' });
    expect(off.sight(headers)).toBeNull();
    await off.require(headers, 'admin', []);
    expect(await off.roleOn({}, null)).toBe('admin');
    expect(await off.maySee('anybody', [{ kind: 'run', id: 'r' }])).toBe(true);
  });
});
