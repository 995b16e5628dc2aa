import { noDefinitions, originOf, parseDefinitions, type EntityState } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { BorrowedStates } from './borrowed-states.ts';
import { buildVectors } from './build-vectors.ts';
import { featuresDomain } from './definitions-domain.ts';
import { PendingEvents } from './pending-events.ts';
import { readCandidates, type Candidate } from './read-candidates.ts';
import { KeptRow, withEnded } from './row-versions.ts';
import { blueprintsOf, type SourceBlueprint } from './source-blueprint.ts';

const parsed = parseDefinitions(
  [
    {
      kind: 'source',
      name: 'orders',
      topic: 'orders',
      entity: 'order',
      partitioner: 'murmur2',
      eventTime: { column: 'at', unit: 'ms' },
      cdc: { key: ['order'], op: { column: 'op' } },
      columns: { order: 'string', shop: 'string', price: 'double', op: 'string', at: 'timestamp' },
    },
    { kind: 'entity', name: 'order', key: 'order', type: 'string' },
    { kind: 'entity', name: 'shop', key: 'shop', type: 'string' },
    {
      kind: 'feature-view',
      name: 'by_order',
      entity: 'order',
      source: 'orders',
      features: [{ name: 'price', aggregation: 'sum', input: 'price', window: '1h' }],
    },
    {
      kind: 'feature-view',
      name: 'by_shop',
      entity: 'shop',
      source: 'orders',
      features: [
        { name: 'orders', aggregation: 'count', window: '1h' },
        { name: 'turnover', aggregation: 'sum', input: 'price', window: '1h' },
      ],
    },
    { kind: 'feature-service', name: 'both', source: 'orders', views: ['by_order', 'by_shop'] },
  ],
  noDefinitions,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const [blueprint] = blueprintsOf({ ...featuresDomain.initial(), definitions: parsed.definitions }) as [SourceBlueprint];

type Said = readonly [op: string, order: string, shop: string, price: number];

/** One partition whose rekeyed records lie in one log, of which the owner has applied nothing after the given position. */
async function serve(said: readonly Said[], appliedUpTo: number): Promise<(readonly number[])[]> {
  const rows = new Map<string, KeptRow>();
  const own = new Map<string, EntityState>();
  const shops = new Map<string, EntityState>();
  const pending = new PendingEvents();
  const rowOf = (key: string): KeptRow => rows.get(key) ?? (rows.set(key, new KeptRow(null)).get(key) as KeptRow);
  const records = said.map((_, offset) => {
    return { topic: 'orders', partition: 0, offset, timestampMs: 9, key: null, value: Buffer.alloc(1), headers: {} };
  });
  const decoded = said.map(([op, order, shop, price]) => ({ ok: true, value: { op, order, shop, price, at: 5 } }));
  const read = readCandidates(blueprint, records, decoded as never, { place: () => 0, maxBytes: 10 });
  expect(read.poison).toEqual([]);
  const candidates = withEnded(blueprint, read.candidates, rowOf);
  const sent = candidates.map((candidate, index) => ({ ends: index * 2, own: index * 2 + 1, candidate }));
  const [log] = blueprint.rekeyedViews;
  if (!log) throw new Error('shops have no log');
  const shopState = (shop: string): EntityState => {
    const state = shops.get(shop) ?? log.view.emptyState();
    shops.set(shop, state);
    return state;
  };
  for (const { ends, own: position, candidate } of sent) send(log.stateTopic, pending, candidate, { ends, position });
  for (const shop of ['s1', 's2']) {
    for (const event of pending.above(log.stateTopic, shop, -1)) {
      if (event.position > appliedUpTo) continue;
      if (event.inputs === null) shopState(shop).retract(event);
      else shopState(shop).apply({ ...event, inputs: event.inputs });
    }
  }
  const borrowed = new BorrowedStates(blueprint, candidates, pending);
  await borrowed.read((wanted) =>
    Promise.resolve(
      wanted.map(({ entity }) => ({ state: shopState(entity), partition: 0, cut: shopState(entity).applied })),
    ),
  );
  const { vectors } = buildVectors(blueprint, candidates, {
    generation: 0,
    computedAtMs: 0,
    isActive: () => true,
    ownState: ({ view }, entity) => own.get(entity) ?? (own.set(entity, view.emptyState()).get(entity) as EntityState),
    foreign: (of, entity) => borrowed.foreign(of, entity),
    sibling: (of, entity, before) => borrowed.sibling(of, entity, before),
    endPosition: (event) => sent[event]?.ends ?? null,
    ownPosition: (event) => sent[event]?.own ?? null,
  });
  return vectors.map(({ numbers }) => numbers);
}

function send(
  stateTopic: string,
  pending: PendingEvents,
  { record, event, rekeyed, ended }: Candidate,
  { ends, position }: { readonly ends: number; readonly position: number },
): void {
  const left = ended?.entities['by_shop@1'];
  if (ended && left !== undefined) {
    const origin = originOf({ partition: record.partition, offset: ended.offset });
    pending.add(stateTopic, left, { timeMs: ended.timeMs, origin, inputs: null, position: ends });
  }
  const [own] = rekeyed;
  if (!own) return;
  const { eventTimeMs: timeMs } = event;
  pending.add(stateTopic, own.entity, { timeMs, origin: originOf(record), inputs: own.inputs, position });
}

test('a change takes its version back in every view before it counts, whatever the owner of the other log has applied', async () => {
  const said: Said[] = [
    ['c', 'o1', 's1', 10],
    ['c', 'o2', 's1', 20],
    // To another shop, then deleted there; the second deletion and the one of an unknown row change nothing.
    ['u', 'o1', 's2', 11],
    ['d', 'o1', 's2', 0],
    ['d', 'o1', 's2', 0],
    ['d', 'o9', 's1', 0],
    ['u', 'o2', 's1', 25],
    ['c', 'o3', 's2', 1],
  ];
  expect(await serve(said, -1)).toEqual([
    [10, 1, 10],
    [20, 2, 30],
    [11, 1, 11],
    [25, 1, 25],
    [1, 1, 1],
  ]);
  // Vectors made again after a restart, over a state that has some of it already: what is to come in it counts, no more and no less.
  expect((await serve(said, 2)).slice(2)).toEqual([
    [11, 1, 11],
    [25, 1, 25],
    [1, 1, 1],
  ]);
});
