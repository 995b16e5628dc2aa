import { expect, it } from 'vitest';
import { nobodyYet } from '../journal/people-state.ts';
import { roleOf } from './role-of.ts';
import type { SubjectRole } from './role.ts';

const subject = { kind: 'model', id: 'fraud', createdBy: 'ada', createdAtMs: 100 } as const;
const state = nobodyYet();
state.globalRoles.set('gil', 'approver');
const grant = (user: string, role: SubjectRole, grantedAtMs = 200) => ({ user, role, grantedBy: 'ada', grantedAtMs });
state.grants.set(
  'model:fraud',
  new Map([
    ['ed', grant('ed', 'editor')],
    ['old', grant('old', 'admin', 99)],
    ['gil', grant('gil', 'none')],
    ['out', grant('out', 'none')],
  ]),
);
state.grants.set(
  'model:secret',
  new Map([
    ['*', grant('*', 'none')],
    ['ed', grant('ed', 'editor')],
  ]),
);

const of = (name: string, kind: 'user' | 'platform' = 'user', on: typeof subject | null = subject) =>
  roleOf(state, { principal: { kind, name }, subject: on, defaultRole: 'viewer' });

it.each([
  ['who made it is its admin', of('ada'), 'admin'],
  ['a grant counts', of('ed'), 'editor'],
  ['a grant from before the model was made is about another one', of('old'), 'viewer'],
  ['a grant may take the default away', of('out'), 'none'],
  ['but no role on everything', of('gil'), 'approver'],
  ['without a grant the default counts', of('eve'), 'viewer'],
  ['a service of ours may do all', of('millrace', 'platform'), 'admin'],
  ['without a subject only roles on everything count', of('ed', 'user', null), 'viewer'],
])('%s', (_what, found, expected) => expect(found).toBe(expected));

it('everybody may be kept out of a subject', () => {
  const secret = { ...subject, id: 'secret', createdBy: null };
  const roleIn = (name: string) =>
    roleOf(state, { principal: { kind: 'user', name }, subject: secret, defaultRole: 'viewer' });
  expect(['eve', 'ed', 'gil'].map(roleIn)).toEqual(['none', 'editor', 'approver']);
});
