import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainEntry, hashOfValue } from './audit-entry.ts';
import type { ChainedEntry } from './audit-entry.ts';
import { aChain, anEntry, valueAt } from './audit-under-test.ts';
import { verifyChain } from './verify-chain.ts';
import type { ChainPosition, ChainSection, LoggedValue } from './verify-chain.ts';

const offsets = [0, 1, 2, 3, 5, 6, 7];
const chain = aChain(offsets);
const logged = offsets.map((offset) => ({ offset, valueHash: hashOfValue(valueAt(offset)) }));

async function* inPages(entries: readonly ChainedEntry[], size = 3): AsyncGenerator<readonly ChainedEntry[]> {
  for (let at = 0; at < entries.length; at += size) yield await Promise.resolve(entries.slice(at, at + size));
}
async function* oneByOne<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

function verify(
  entries: readonly ChainedEntry[],
  {
    records = logged,
    ...own
  }: Partial<Omit<ChainSection, 'records'>> & { readonly records?: readonly LoggedValue[] } = {},
) {
  return verifyChain({
    from: null,
    entries: inPages(entries),
    logBegin: 0,
    end: 8,
    head: chain.at(-1)?.hash,
    limit: 1000,
    ...own,
    records: oneByOne(records),
  });
}
const at = (offset: number, item = 0): number => chain.findIndex((e) => e.offset === offset && e.item === item);
const without = (index: number) => chain.toSpliced(index, 1);

describe('the chain of a partition', () => {
  it('is whole when entries and records agree, also where an insert was repeated', async () => {
    expect(await verify(chain)).toMatchObject({ entries: 10, chainOnly: 0, complete: true, broken: null });
    const repeated = chain.flatMap((entry) => [entry, entry]);
    expect(await verify(repeated)).toMatchObject({ entries: 10, broken: null });
  });

  it('finds an entry that was changed, whichever field it was', async () => {
    for (const field of ['actor', 'after', 'outcome', 'atMs', 'requestId'] as const) {
      const index = at(5);
      const entry = chain[index] as ChainedEntry;
      const changed = chain.with(index, { ...entry, [field]: field === 'atMs' ? 5 : 'forged' });
      expect((await verify(changed)).broken).toMatchObject({ kind: 'entry-changed', offset: 5, expected: entry.hash });
    }
  });

  it('finds an entry that was changed and hashed anew: the next one does not follow it', async () => {
    const forged = chainEntry(anEntry({ offset: 2, actor: 'eve' }), chain[at(1)]?.hash ?? '');
    const { broken } = await verify(chain.with(at(2), forged));
    expect(broken).toEqual({
      kind: 'chain-broken',
      offset: 3,
      item: 0,
      expected: forged.hash,
      found: chain[at(2)]?.hash,
    });
  });

  it('finds a chain that was made anew from a forged entry on: the group has committed another head', async () => {
    const forged = offsets.flatMap((offset) => (offset % 3 === 0 ? [0, 1] : [0]).map((item) => ({ offset, item })));
    const anew: ChainedEntry[] = [];
    for (const place of forged)
      anew.push(
        chainEntry(anEntry({ ...place, ...(place.offset === 2 && { actor: 'eve' }) }), anew.at(-1)?.hash ?? ''),
      );
    expect((await verify(anew)).broken).toMatchObject({ kind: 'head-differs', found: anew.at(-1)?.hash });
  });

  it('finds an entry that was deleted, at its own place when it was all of a record', async () => {
    expect((await verify(without(at(2)))).broken).toMatchObject({ kind: 'entry-missing', offset: 2 });
    expect((await verify(without(at(3, 1)))).broken).toMatchObject({ kind: 'chain-broken', offset: 5 });
    expect((await verify(without(at(7)))).broken).toMatchObject({ kind: 'entry-missing', offset: 7 });
    expect((await verify(without(at(0)), { records: [], logBegin: 8 })).broken).toMatchObject({
      kind: 'chain-broken',
      offset: 0,
      item: 1,
    });
  });

  it('finds an entry that was put in, beside another or where the log holds nothing', async () => {
    const beside = chainEntry(anEntry({ offset: 2, actor: 'eve' }), chain[at(1)]?.hash ?? '');
    expect((await verify(chain.toSpliced(at(2) + 1, 0, beside))).broken).toMatchObject({
      kind: 'entry-inserted',
      offset: 2,
    });
    const between = chainEntry(anEntry({ offset: 4 }), chain[at(3, 1)]?.hash ?? '');
    expect((await verify(chain.toSpliced(at(5), 0, between))).broken).toMatchObject({
      kind: 'record-missing',
      offset: 4,
    });
  });

  it('finds a record that was changed or is gone though the log begins before it', async () => {
    const forged = logged.map((record) => (record.offset === 6 ? { ...record, valueHash: 'ff' } : record));
    expect((await verify(chain, { records: forged })).broken).toEqual({
      kind: 'record-changed',
      offset: 6,
      item: 0,
      expected: hashOfValue(valueAt(6)),
      found: 'ff',
    });
    const cut = logged.filter(({ offset }) => offset !== 6);
    expect((await verify(chain, { records: cut })).broken).toMatchObject({ kind: 'record-missing', offset: 6 });
  });

  it('counts entries whose records have left the log, and still checks their chain', async () => {
    const kept = logged.filter(({ offset }) => offset >= 5);
    const retained = { records: kept, logBegin: 5 };
    expect(await verify(chain, retained)).toMatchObject({ chainOnly: 6, broken: null });
    expect((await verify(without(at(2)), retained)).broken).toMatchObject({ kind: 'chain-broken', offset: 3 });
  });

  it('gives the same verdict in one go and in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.option(fc.nat({ max: 9 })), async (limit, forged) => {
        const entries =
          forged === null ? chain : chain.with(forged, { ...(chain[forged] as ChainedEntry), actor: 'eve' });
        const whole = await verify(entries);
        let from: ChainPosition | null = null;
        let counted = 0;
        for (;;) {
          const behind: ChainPosition | null = from;
          const rest = entries.filter(
            (e) => behind === null || e.offset > behind.offset || (e.offset === behind.offset && e.item > behind.item),
          );
          const records = logged.filter(({ offset }) => offset > (behind?.offset ?? -1));
          const page = await verify(rest, { from, records, limit });
          counted += page.entries;
          if (page.complete) {
            expect([page.broken, counted]).toEqual([whole.broken, whole.entries]);
            return;
          }
          from = page.position;
        }
      }),
    );
  });
});
