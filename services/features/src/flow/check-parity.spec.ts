import { expect, test } from 'vitest';
import { CheckParity } from './check-parity.ts';
import { featuresDomain } from './definitions-domain.ts';
import { blueprintsOf } from './source-blueprint.ts';

const minuteMs = 60_000;
const limitMs = 5 * minuteMs;

const source = {
  kind: 'source',
  name: 'payments',
  topic: 'payments',
  eventTime: { column: 'at', unit: 'ms' },
  columns: { at: 'timestamp', amount: 'double' },
};
const service = (name: string) => ({
  kind: 'feature-service',
  name,
  source: 'payments',
  views: [],
  passThrough: [{ name: 'amount', expression: 'amount' }],
});

interface StoredVector {
  readonly service: string;
  readonly generation: number;
  readonly offset: number;
  readonly computedAtMs: number;
}

/** A check whose ClickHouse holds what `stored` says, gives it back equal, and fails for the service `broken`. */
function parityBed() {
  const state = featuresDomain.initial();
  const meta = { offset: 0, actor: 'test', atMs: 0, requestId: 'r', commandId: 'r' };
  const definitions = [source, service('broken'), service('fraud')];
  expect(featuresDomain.apply(state, { type: 'apply-definitions', definitions }, meta).ok).toBe(true);
  const bed = { nowMs: 0, stored: [] as StoredVector[], failures: [] as string[] };
  const row = ({ service: of, generation, offset }: StoredVector) => ({
    event_id: `${of}@1|payments|${generation}|0|${offset}`,
    source_partition: 0,
    source_offset: offset,
    numbers: [1],
    strings: [],
    cuts: [],
    builds: [],
  });
  const clickhouse = {
    database: 'test',
    qualified: (name: string) => name,
    insert: () => Promise.resolve(),
    query: <T>(sql: string, asked: Readonly<Record<string, unknown>> = {}) => {
      if (asked['service'] === 'broken') return Promise.reject(new Error('code 241: memory limit exceeded'));
      const within = ({ service: of, generation, computedAtMs }: StoredVector) =>
        !sql.includes('cityHash64') ||
        (of === asked['service'] &&
          generation === asked['generation'] &&
          computedAtMs > Number(asked['from']) &&
          computedAtMs <= Number(asked['to']));
      return Promise.resolve(bed.stored.filter(within).map(row) as T[]);
    },
    queryOne: <T>(_: string, asked: Readonly<Record<string, unknown>> = {}) => {
      const found = bed.stored.find(
        ({ offset, computedAtMs }) => offset === asked['offset'] && computedAtMs <= Number(asked['upTo']),
      );
      return Promise.resolve(found ? ({} as T) : null);
    },
  };
  const check = new CheckParity({
    clickhouse,
    journal: { state },
    services: { blueprints: () => blueprintsOf(state), asMade: (service) => service },
    metrics: { counter: () => ({ inc: () => undefined }) as never },
    log: { warn: () => undefined, error: (_, fields) => bed.failures.push(String(fields?.['lane'])) },
    sample: 10,
    storedUpTo: () => Promise.resolve([]),
    now: () => bed.nowMs,
  });
  const serve = (offset: number, storedAtMs: number | null = bed.nowMs): void => {
    check.served([
      { lane: 'fraud@1', generation: 0, sourcePartition: 0, sourceOffset: offset, computedAtMs: bed.nowMs },
    ]);
    if (storedAtMs !== null) bed.stored.push({ service: 'fraud', generation: 0, offset, computedAtMs: storedAtMs });
  };
  return { bed, check, state, serve };
}

test('a service whose SQL fails keeps no other from being checked', async () => {
  const { bed, check, serve } = parityBed();
  bed.nowMs = 1_000;
  serve(0);
  bed.nowMs = minuteMs;
  expect(await check.run()).toEqual({ checked: 1, mismatched: 0 });
  expect(bed.failures).toEqual(['broken@1']);
});

test('stays ready when traffic has ended, and is not while traffic is never checked', async () => {
  const { bed, check, serve } = parityBed();
  bed.nowMs = 1_000;
  serve(0);
  bed.nowMs = minuteMs;
  await check.run();
  bed.nowMs = 1_000 * minuteMs;
  expect(check.healthy(limitMs)).toBe(true);
  serve(1, null);
  bed.nowMs += limitMs;
  await check.run();
  expect(check.healthy(limitMs)).toBe(false);
});

test('owes nothing for vectors that a restart served again', async () => {
  const { bed, check, serve } = parityBed();
  bed.nowMs = 1_000;
  serve(7, -minuteMs);
  bed.nowMs = minuteMs;
  await check.run();
  bed.nowMs = 1_000 * minuteMs;
  expect(check.healthy(limitMs)).toBe(true);
});

test('looks at the generation that is being read, and forgets what an earlier one owed', async () => {
  const { bed, check, state, serve } = parityBed();
  bed.nowMs = 1_000;
  serve(0);
  const meta = { offset: 1, actor: 'test', atMs: 0, requestId: 's', commandId: 's' };
  featuresDomain.apply(state, { type: 'resume-source', source: 'payments' }, meta);
  bed.nowMs = minuteMs;
  expect(await check.run()).toEqual({ checked: 0, mismatched: 0 });
  bed.nowMs = 1_000 * minuteMs;
  expect(check.healthy(limitMs)).toBe(true);
});
