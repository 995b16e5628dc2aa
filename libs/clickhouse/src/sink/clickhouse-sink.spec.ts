import { TransientError, Watermarks } from '@millrace/events';
import type { SourceRecord } from '@millrace/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { table } from '../table.ts';
import { ClickHouseSink } from './clickhouse-sink.ts';
import { PLACE, SimulatedGroup, SimulatedOwner, SimulatedServer } from './simulated-group.ts';
import type { InsertFate } from './simulated-group.ts';
import { row } from './sink-rows.ts';
import type { MapBatch } from './sink-rows.ts';

const predictions = table<number>('predictions', { n: { type: 'UInt32', of: (n) => n } });
const details = table<number>('details', { n: { type: 'UInt32', of: (n) => n } });

/** What a record of the log is: a fact with its number, a number written again, nothing to store, or garbage. */
type Kind = { readonly fact: number } | 'nothing' | 'garbage' | 'unstorable';

function recordOf(offset: number, kind: Kind): SourceRecord {
  return { ...PLACE, offset, timestampMs: 0, key: null, headers: {}, value: Buffer.from(JSON.stringify(kind)) };
}

const map: MapBatch = ({ records }) =>
  Promise.resolve(
    records.map(({ value }) => {
      const kind = JSON.parse(String(value)) as Kind;
      if (kind === 'nothing') return null;
      if (kind === 'garbage') return { poison: 'undecodable', message: 'garbage' };
      // The second row is refused: nothing of the first may remain.
      if (kind === 'unstorable') return { identity: null, rows: [row(predictions, 999_999), row(details, -1)] };
      const identity = { lane: 'fraud', sourceTopic: 't', generation: 1, sourcePartition: 0, sourceOffset: kind.fact };
      const rows = [row(predictions, kind.fact), ...(kind.fact % 3 === 0 ? [row(details, kind.fact)] : [])];
      return { identity, rows };
    }),
  );

/** Facts in order; after each record the writer may have crashed and written some of the last facts again. */
const log = fc
  .array(
    fc.record({
      kind: fc.constantFrom('fact', 'fact', 'fact', 'fact', 'nothing', 'garbage', 'unstorable'),
      again: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 6 })),
      hole: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    }),
    { minLength: 5, maxLength: 60, size: 'max' },
  )
  .map((parts) => {
    const records: SourceRecord[] = [];
    let offset = 0;
    let fact = 0;
    const write = (kind: Kind) => records.push(recordOf(offset++, kind));
    for (const { kind, again, hole } of parts) {
      if (kind === 'fact') write({ fact: fact++ });
      else write(kind);
      for (let i = Math.max(0, fact - again); i < fact; i++) write({ fact: i });
      offset += hole;
    }
    return { records, facts: fact };
  });

type Step =
  | { readonly kind: 'take-over' | 'idle' | 'commit' | 'wake'; readonly owner: number }
  | { readonly kind: 'read'; readonly owner: number; readonly count: number }
  | { readonly kind: 'fate'; readonly owner: number; readonly fate: InsertFate }
  | { readonly kind: 'lose-answer' };

const owner = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('read'), owner, count: fc.integer({ min: 1, max: 7 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('idle', 'commit'), owner }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('take-over', 'wake'), owner }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fate'),
      owner,
      fate: fc.constantFrom('fails-before', 'fails-after', 'stalls'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose-answer' }) },
);

async function run(s: Step, owners: readonly SimulatedOwner[], group: SimulatedGroup): Promise<void> {
  if (s.kind === 'lose-answer') {
    group.loseAnswers += 1;
    return;
  }
  const one = owners[s.owner];
  if (one === undefined) return;
  // A partition is only given to a member that has let go of it.
  if (s.kind === 'take-over' && !one.busy) await one.takeOver();
  if (s.kind === 'wake') one.wake();
  if (s.kind === 'fate') one.fates.push(s.fate);
  if (group.owner === null) return;
  if (s.kind === 'read') await one.read(s.count).catch(notAssigned);
  if (s.kind === 'idle') await one.idle().catch(notAssigned);
  if (s.kind === 'commit') one.commit();
}

function notAssigned(error: unknown): void {
  if (!/not assigned/.test(String(error))) throw error;
}

describe('ClickHouseSink', () => {
  it('stores each fact once in each of its tables, whatever crashes, stalls, resends and takeovers come', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.array(step, { maxLength: 80, size: 'max' }), async ({ records, facts }, steps) => {
        const group = new SimulatedGroup();
        const server = new SimulatedServer();
        const owners = [1, 2, 3].map(() => new SimulatedOwner(group, server, records, map));
        await owners[0]?.takeOver();
        for (const s of steps) await run(s, owners, group);

        group.loseAnswers = 0;
        const last = new SimulatedOwner(group, server, records, map);
        await last.takeOver();
        const end = (records.at(-1)?.offset ?? -1) + 1;
        for (let i = 0; i < 200 && last.applied < end; i++) {
          await last.read(5);
          await last.idle();
          last.commit();
        }
        // Zombies that come to life when all is done change nothing either.
        for (const zombie of owners) zombie.wake();
        await new Promise((resolve) => setImmediate(resolve));

        const numbers = Array.from({ length: facts }, (_, n) => n);
        const sorted = (name: string) => (server.rows.get(name) ?? []).sort((a, b) => a - b);
        expect(last.applied).toBe(end);
        expect(sorted('predictions')).toEqual(numbers);
        expect(sorted('details')).toEqual(numbers.filter((n) => n % 3 === 0));
      }),
      { numRuns: 1000 },
    );
  });

  it('names the records that cannot be stored', async () => {
    const group = new SimulatedGroup();
    const kinds: Kind[] = [{ fact: 0 }, 'garbage', 'unstorable', 'nothing', { fact: 1 }];
    const one = new SimulatedOwner(
      group,
      new SimulatedServer(),
      kinds.map((kind, i) => recordOf(i, kind)),
      map,
    );
    await one.takeOver();
    await one.read(5);
    expect(one.poisoned).toEqual([1, 2]);
  });

  it('takes any refusal of an insert for an outage, so no record is dead-lettered for a missing table', async () => {
    const sink = new ClickHouseSink({
      group: 'history',
      map,
      maxRows: 1,
      inserter: { insertBytes: () => Promise.reject(new Error('no such table')) },
    });
    await sink.assigned({
      ...PLACE,
      generation: 1,
      committed: null,
      beginOffset: 0,
      endOffset: 1,
      commitIntent: () => Promise.resolve(),
      requestIdle: () => undefined,
    });
    const result = await sink.handle({
      ...PLACE,
      generation: 1,
      nextOffset: 1,
      highWatermark: 1,
      watermarks: Watermarks.empty(),
      note: { text: undefined },
      signal: new AbortController().signal,
      draining: new AbortController().signal,
      records: [recordOf(0, { fact: 0 })],
    });
    expect(result).toMatchObject({ hold: true });
    await expect(sink.idle(PLACE)).rejects.toBeInstanceOf(TransientError);
  });
});
