import { expect, it } from 'vitest';
import { watchOne } from './watch-one.ts';

const things = new Map<string, string>();
const snapshot = (id: string | undefined): string | null => (id === undefined ? null : (things.get(id) ?? null));

it('shows what a command is about as it was and as it is', () => {
  things.set('a', 'old');
  const after = watchOne({ kind: 'thing', id: 'a', snapshot });
  things.set('a', 'new');
  expect(after({ ok: true, result: null })).toEqual([{ kind: 'thing', id: 'a', before: 'old', after: 'new' }]);
});

it('learns the id of what was made from the result, and knows none when it was refused', () => {
  const after = watchOne({ kind: 'thing', id: undefined, snapshot });
  things.set('b', 'made');
  expect(after({ ok: true, result: { id: 'b' } })).toEqual([{ kind: 'thing', id: 'b', before: null, after: 'made' }]);
  expect(after({ ok: false, code: 'NO', message: 'no' })).toEqual([
    { kind: 'thing', id: '', before: null, after: null },
  ]);
});
