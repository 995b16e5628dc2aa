import { noDefinitions, parseDefinitions } from '@millrace/feature-engine';
import { describe, expect, it } from 'vitest';
import { featuresDomain } from './definitions-domain.ts';
import { judgeCandidates } from './judge-candidates.ts';
import { readCandidates, type Candidate } from './read-candidates.ts';
import { KeptRow, withEnded } from './row-versions.ts';
import { blueprintsOf, type SourceBlueprint } from './source-blueprint.ts';

const perHour = (name: string) => [{ name, aggregation: 'count', window: '1h' }];
const parsed = parseDefinitions(
  [
    {
      kind: 'source',
      name: 'orders',
      topic: 'orders',
      entity: 'order',
      partitioner: 'murmur2',
      eventTime: { column: 'at', unit: 'ms' },
      allowedLateness: '0s',
      cdc: { key: ['order'], op: { column: 'op' } },
      columns: { order: 'string', shop: 'string', op: 'string', at: 'timestamp' },
    },
    { kind: 'entity', name: 'order', key: 'order', type: 'string' },
    { kind: 'entity', name: 'shop', key: 'shop', type: 'string' },
    { kind: 'feature-view', name: 'by_order', entity: 'order', source: 'orders', features: perHour('changes') },
    { kind: 'feature-view', name: 'by_shop', entity: 'shop', source: 'orders', features: perHour('orders') },
    { kind: 'feature-service', name: 'both', source: 'orders', views: ['by_order', 'by_shop'] },
  ],
  noDefinitions,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const [blueprint] = blueprintsOf({ ...featuresDomain.initial(), definitions: parsed.definitions }) as [SourceBlueprint];

type Said = Readonly<Record<string, unknown>> | null;

/** As the handler takes them: decoded, read, each held against the version before it. */
function take(said: readonly Said[], rows = new Map<string, KeptRow>(), partition = 0) {
  const records = said.map((row, offset) => ({
    topic: 'orders',
    partition,
    offset: offset + 10,
    timestampMs: 1_000,
    key: Buffer.from('o1'),
    value: row === null ? null : Buffer.alloc(1),
    headers: {},
  }));
  const decoded = said.map((row) =>
    row === null
      ? ({ ok: false, reason: 'null-value', message: 'the record has no value' } as const)
      : ({ ok: true, value: row } as const),
  );
  const read = readCandidates(blueprint, records, decoded as never, { place: () => 0, maxBytes: 10 });
  const rowOf = (key: string): KeptRow => {
    const row = KeptRow.decode(rows.get(key)?.writes()[0]?.bytes ?? null);
    rows.set(key, row);
    return row;
  };
  return { rows, poison: read.poison, candidates: withEnded(blueprint, read.candidates, rowOf) };
}

const ended = (candidates: readonly Candidate[]) => candidates.map((candidate) => candidate.ended?.offset ?? null);
const order = (op: string, at: number, shop = 's1') => ({ order: 'o1', shop, op, at });

describe('the changes of a table', () => {
  it('end the version before them, with the shop that it was counted for', () => {
    const { candidates } = take([order('c', 5), order('u', 6, 's2'), order('u', 4, 's2'), order('d', 7)]);
    expect(ended(candidates)).toEqual([null, 10, 11, 12]);
    expect(candidates.map((candidate) => candidate.ended?.entities)).toEqual([
      undefined,
      { 'by_shop@1': 's1' },
      { 'by_shop@1': 's2' },
      { 'by_shop@1': 's2' },
    ]);
    expect(candidates.map((candidate) => candidate.ended?.timeMs)).toEqual([undefined, 5, 6, 4]);
  });

  it('begin a row with an update or an insert alike, and end nothing where there is none', () => {
    expect(ended(take([order('d', 5), order('u', 6), order('d', 7), order('d', 7), order('c', 8)]).candidates)).toEqual(
      [null, null, 11, null, null],
    );
  });

  it('delete with a record without a value, and dead-letter one whose key is nothing of theirs', () => {
    const { candidates, rows } = take([order('c', 5), null, null]);
    expect(ended(candidates)).toEqual([null, 10, null]);
    expect(rows.get('#c|["o1"]')?.writes()).toEqual([{ suffix: '', bytes: null }]);
  });

  it('are no repeats and never too late, whatever their time', () => {
    const { candidates } = take([order('c', 5_000_000), order('u', 5), order('u', 5)]);
    const known = {
      ledgerOf: () => {
        throw new Error('no ledger is asked');
      },
      newestMs: () => 0,
      wasSent: () => false,
    };
    expect(judgeCandidates(blueprint, candidates, known)).toMatchObject({
      accepted: candidates,
      repeats: 0,
      poison: [],
    });
  });

  it('are refused in a partition where the earlier ones of their key do not lie, and where they do not say what happened', () => {
    expect(take([order('c', 5), order('d', 5), null], new Map(), 1).poison.map(({ reason }) => reason)).toEqual([
      'wrong-partition',
      'wrong-partition',
      'wrong-partition',
    ]);
    expect(take([order('?', 5)]).poison.map(({ reason }) => reason)).toEqual(['unknown-operation']);
  });

  it('leave what the store keeps of a row the same when they are taken again', () => {
    const said = [order('c', 5), order('u', 6, 's2')];
    const [once, again] = [take(said).rows, take(said).rows];
    expect(once.get('#c|["o1"]')?.writes()).toEqual(again.get('#c|["o1"]')?.writes());
    expect(KeptRow.decode(once.get('#c|["o1"]')?.writes()[0]?.bytes ?? null).version).toEqual({
      timeMs: 6,
      offset: 11,
      entities: { 'by_shop@1': 's2' },
    });
  });
});
