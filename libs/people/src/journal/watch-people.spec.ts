import { expect, it } from 'vitest';
import type { PeopleCommand } from './people-commands.ts';
import { peopleDomain } from './people-domain.ts';
import { withoutSecrets } from './watch-people.ts';

const state = peopleDomain.initial();
let offset = 0;
function changesOf(command: PeopleCommand) {
  const meta = { offset, atMs: 1000 + offset, actor: 'ada', requestId: `r${offset}`, commandId: `c${offset}` };
  offset += 1;
  const after = peopleDomain.watch?.(state, command);
  return after?.(peopleDomain.apply(state, command, meta));
}

it('the audit trail shows users with their roles and keys, and no hash', () => {
  const [made] = changesOf({ type: 'create-user', name: 'bob', passwordHash: 'secret-hash', role: 'viewer' }) ?? [];
  expect(made).toEqual({
    kind: 'user',
    id: 'bob',
    before: null,
    after: { name: 'bob', role: 'viewer', hasPassword: true, keys: [] },
  });
  const key = { type: 'create-key', id: 'k1', user: 'bob', hash: 'h', description: '', expiresAtMs: null } as const;
  expect(changesOf(key)).toMatchObject([{ kind: 'user', id: 'bob', after: { keys: ['k1'] } }]);
  expect(changesOf({ type: 'revoke-key', id: 'k1' })).toMatchObject([{ id: 'bob', after: { keys: [] } }]);
});

it('the audit trail shows who has what on a subject', () => {
  const grant = { type: 'set-grant', subject: 'model:fraud', name: 'bob', role: 'editor' } as const;
  expect(changesOf(grant)).toEqual([{ kind: 'grants', id: 'model:fraud', before: null, after: { bob: 'editor' } }]);
});

it('the audit trail shows a comment that was added and taken away', () => {
  const [added] = changesOf({ type: 'add-comment', on: 'run:1', text: 'odd' }) ?? [];
  expect(added).toMatchObject({ kind: 'comments', id: 'run:1', before: null, after: { author: 'ada', text: 'odd' } });
  const id = (added?.after as { id?: string } | undefined)?.id ?? '';
  expect(changesOf({ type: 'delete-comment', on: 'run:1', id, asAdmin: false })).toMatchObject([
    { before: { text: 'odd' }, after: null },
  ]);
});

it.each([
  [
    { type: 'set-password', name: 'bob', passwordHash: 'x' },
    { type: 'set-password', name: 'bob', passwordHash: 'not shown' },
  ],
  [
    { type: 'create-key', id: 'k1', hash: 'x' },
    { type: 'create-key', id: 'k1', hash: 'not shown' },
  ],
  [
    { type: 'revoke-link', id: 'x' },
    { type: 'revoke-link', id: 'not shown' },
  ],
])('of %o the trail keeps no secret', (command, kept) => {
  expect(JSON.parse(withoutSecrets(JSON.stringify(command)))).toEqual(kept);
});
