import { stringLiteral, type ClickHouse } from '@millrace/clickhouse';
import type { Journal } from '@millrace/events';
import { compareVectors, recomputeVectorsSql, type FeatureMismatch } from '@millrace/feature-engine';
import { isTransient, type ServiceLog, type ServiceMetrics } from '@millrace/service-kit';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import { generationOf, logTables } from './log-tables.ts';
import type { PlannedServices } from './planned-services.ts';
import type { PlannedService, ViewLog } from './source-blueprint.ts';
import { UncheckedVectors, type ServedVector } from './unchecked-vectors.ts';

export interface ParityParts {
  readonly clickhouse: Pick<ClickHouse, 'query' | 'queryOne' | 'insert' | 'qualified' | 'database'>;
  readonly journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'state'>;
  readonly services: Pick<PlannedServices, 'blueprints' | 'asMade'>;
  readonly metrics: Pick<ServiceMetrics, 'counter'>;
  readonly log: Pick<ServiceLog, 'warn' | 'error'>;
  readonly sample: number;
  /** First offset of each partition of a view's log that history has not stored yet. */
  readonly storedUpTo: (log: ViewLog) => Promise<readonly number[]>;
  readonly now: () => number;
}

interface StoredCut {
  readonly partition: number;
  readonly offset: number;
  readonly own_offset: number;
}

interface SampledVector extends VectorRow {
  readonly cuts: readonly StoredCut[];
  readonly builds: readonly number[];
}

/** A feature service's vectors in the life of its source that counts. */
interface Lane {
  readonly lane: string;
  readonly generation: number;
  readonly topic: string;
}

interface VectorRow {
  readonly event_id: string;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
}

/** A vector to look at again, and in how many rounds it has differed. */
interface Suspect {
  readonly lane: string;
  readonly generation: number;
  readonly partition: number;
  readonly offset: number;
  readonly rounds: number;
}

interface Round {
  readonly checked: number;
  readonly mismatched: number;
}

const nothing: Round = { checked: 0, mismatched: 0 };

/** A vector is looked at when everything it counted has had time to be stored. */
const settleMs = 5_000;
const roundsToBelieve = 3;

/**
 * Recomputes a sample of the vectors served by SQL, from the stored logs at the vectors' own cuts, and compares. Nothing
 * checked is as bad as a difference: it is not healthy while there is traffic.
 */
export class CheckParity {
  readonly #parts: ParityParts;
  readonly #checked;
  readonly #mismatched;
  /** Per lane, up to where vectors have been sampled. */
  readonly #seenMs = new Map<string, number>();
  /** Vectors to look at again: what they counted was not stored yet, or they differed once. */
  readonly #suspects = new Map<string, Suspect>();
  readonly #unchecked = new UncheckedVectors();
  readonly #startedMs: number;

  constructor(parts: ParityParts) {
    this.#parts = parts;
    this.#startedMs = parts.now();
    this.#checked = parts.metrics.counter({
      name: 'parity_checked_total',
      help: 'Served vectors recomputed in SQL at their cuts',
      labels: ['lane'],
    });
    this.#mismatched = parts.metrics.counter({
      name: 'parity_mismatched_total',
      help: 'Feature values that differed between serving and SQL at the same cuts',
      labels: ['lane', 'feature'],
    });
  }

  /** One round over all feature services; one whose SQL fails keeps no other from being checked. */
  async run(): Promise<Round> {
    const services = this.#parts.services.blueprints().flatMap((blueprint) => blueprint.services);
    this.#unchecked.keepOnly(services.map((service) => this.#laneOf(service)));
    const total = { checked: 0, mismatched: 0 };
    for (const service of services) {
      try {
        const round = await this.#checkService(service);
        total.checked += round.checked;
        total.mismatched += round.mismatched;
      } catch (error) {
        const fields = { lane: service.plan.id, error };
        if (isTransient(error)) this.#parts.log.warn('features.parity-waiting', fields);
        else this.#parts.log.error('features.parity-failed', fields);
      }
    }
    return total;
  }

  /** False when for long a feature service has served vectors and none of them was checked. */
  healthy(maxSilenceMs: number): boolean {
    return this.#unchecked.allYoungerThan(maxSilenceMs, this.#parts.now());
  }

  /** Called with every batch of vectors. */
  served(vectors: readonly ServedVector[]): void {
    this.#unchecked.served(vectors);
  }

  async #checkService(service: PlannedService): Promise<Round> {
    const { plan } = service;
    const lane = this.#laneOf(service);
    const toMs = this.#parts.now() - settleMs;
    const fromMs = this.#seenMs.get(plan.id) ?? this.#startedMs;
    if (toMs <= fromMs) return nothing;
    const sampled = await this.#sample(service, fromMs, toMs);
    if (sampled.length === 0) {
      await this.#passRepeats(lane, fromMs);
      return nothing;
    }
    this.#seenMs.set(plan.id, toMs);
    let total: Round = nothing;
    // While a build takes over from another one, the cuts of a service's vectors are positions in the logs of either.
    for (const made of Map.groupBy(sampled, ({ builds }) => builds.join()).values()) {
      const round = await this.#compare(this.#parts.services.asMade(service, made[0]?.builds ?? []), made, toMs);
      total = { checked: total.checked + round.checked, mismatched: total.mismatched + round.mismatched };
    }
    return total;
  }

  async #compare(service: PlannedService, sampled: readonly SampledVector[], toMs: number): Promise<Round> {
    const { plan } = service;
    const lane = this.#laneOf(service);
    const vectors = await this.#stored(service, sampled);
    if (vectors.length === 0) return nothing;
    const recomputed = await this.#recompute(service, vectors);
    const differences = vectors.flatMap((vector) => {
      const again = recomputed.get(`${vector.source_partition}/${vector.source_offset}`);
      const mismatches = again ? compareVectors(plan, valuesOf(vector), valuesOf(again)) : [];
      const persists = this.#persists(lane, vector, mismatches.length > 0);
      return persists ? mismatches.map((mismatch) => ({ vector, mismatch })) : [];
    });
    if (recomputed.size > 0) this.#unchecked.checked(lane, toMs);
    this.#checked.inc({ lane: plan.id }, recomputed.size);
    for (const { mismatch } of differences) this.#mismatched.inc({ lane: plan.id, feature: mismatch.feature });
    if (differences.length > 0) await this.#report(service, differences);
    return { checked: recomputed.size, mismatched: differences.length };
  }

  /** A restart or a new build serves vectors again that are stored already: nobody stores the repeats, so none is owed. */
  async #passRepeats(lane: Lane, storedUpToMs: number): Promise<void> {
    const newest = this.#unchecked.newest(lane);
    if (!newest) return;
    const { clickhouse } = this.#parts;
    const [name, version] = lane.lane.split('@');
    const stored = await clickhouse.queryOne(
      `SELECT 1 FROM ${clickhouse.qualified('feature_vectors')}
       WHERE feature_service = {name:String} AND feature_service_version = {version:UInt32} AND source_topic = {topic:String}
         AND generation = {generation:UInt32} AND source_partition = {partition:UInt32} AND source_offset = {offset:UInt64}
         AND computed_at <= fromUnixTimestamp64Milli({upTo:Int64}) LIMIT 1`,
      {
        name,
        version,
        topic: lane.topic,
        generation: lane.generation,
        partition: newest.sourcePartition,
        offset: newest.sourceOffset,
        upTo: storedUpToMs,
      },
    );
    if (stored !== null) this.#unchecked.checked(lane, newest.computedAtMs);
  }

  #laneOf({ plan: { id, source } }: PlannedService): Lane {
    const generation = generationOf(this.#parts.journal.state, source.name);
    return { lane: id, generation, topic: source.definition.topic };
  }

  #sample(service: PlannedService, fromMs: number, toMs: number): Promise<SampledVector[]> {
    const { clickhouse, sample } = this.#parts;
    const { plan } = service;
    const { lane, generation, topic } = this.#laneOf(service);
    // Those of an earlier generation are in no log any more.
    for (const [id, suspect] of this.#suspects)
      if (suspect.lane === lane && suspect.generation !== generation) this.#suspects.delete(id);
    const places = [...this.#suspects.values()].filter((suspect) => suspect.lane === lane).map(placeSql);
    // As an order of its own: a constant there would be the number of a column.
    const isSuspect = places.length === 0 ? [] : [`(source_partition, source_offset) IN (${places.join(', ')})`];
    const isNew =
      '(computed_at > fromUnixTimestamp64Milli({from:Int64}) AND computed_at <= fromUnixTimestamp64Milli({to:Int64}))';
    const order = [...isSuspect.map((condition) => `${condition} DESC`), 'cityHash64(event_id)'];
    return clickhouse.query<SampledVector>(
      `SELECT event_id, source_partition, source_offset, numbers, strings, cuts, builds
       FROM ${clickhouse.qualified('feature_vectors')}
       WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32} AND source_topic = {topic:String}
         AND generation = {generation:UInt32}
         AND (${[...isSuspect, isNew].join(' OR ')})
       ORDER BY ${order.join(', ')} LIMIT 1 BY source_partition, source_offset LIMIT {sample:UInt32}`,
      { service: plan.name, version: plan.version, topic, generation, from: fromMs, to: toMs, sample },
    );
  }

  /** Each log is stored by a group of its own: the vectors whose cuts all of them have passed; the others come again. */
  async #stored(service: PlannedService, sampled: readonly SampledVector[]): Promise<VectorRow[]> {
    const upTo = await Promise.all(service.views.map(({ log }) => this.#parts.storedUpTo(log)));
    const lane = this.#laneOf(service);
    return sampled.filter((vector) => {
      const isStored = vector.cuts.every(
        ({ partition, offset, own_offset }, view) =>
          Math.max(offset, own_offset) < Math.max(0, upTo[view]?.[partition] ?? 0),
      );
      if (!isStored) this.#suspect(lane, vector, this.#suspects.get(vector.event_id)?.rounds ?? 0);
      return isStored;
    });
  }

  /** True when a difference is still there in later rounds: then it is no matter of rows that were not stored yet. */
  #persists(lane: Lane, vector: VectorRow, differs: boolean): boolean {
    const rounds = (this.#suspects.get(vector.event_id)?.rounds ?? 0) + 1;
    if (differs && rounds < roundsToBelieve) this.#suspect(lane, vector, rounds);
    else this.#suspects.delete(vector.event_id);
    return differs && rounds >= roundsToBelieve;
  }

  #suspect({ lane, generation }: Lane, vector: VectorRow, rounds: number): void {
    const { event_id, source_partition: partition, source_offset: offset } = vector;
    this.#suspects.set(event_id, { lane, generation, partition, offset, rounds });
  }

  async #recompute(service: PlannedService, vectors: readonly VectorRow[]): Promise<Map<string, VectorRow>> {
    const { clickhouse, journal } = this.#parts;
    const places = vectors
      .map(({ source_partition: partition, source_offset: offset }) => placeSql({ partition, offset }))
      .join(', ');
    const sql = recomputeVectorsSql(service.plan, {
      tables: logTables(journal.state, service, clickhouse.database),
      knowledge: 'as-known',
      where: `(source_partition, source_offset) IN (${places})`,
      shape: 'arrays',
    });
    const rows = await clickhouse.query<VectorRow>(sql);
    return new Map(rows.map((row) => [`${row.source_partition}/${row.source_offset}`, row]));
  }

  async #report(
    service: PlannedService,
    differences: readonly { vector: VectorRow; mismatch: FeatureMismatch }[],
  ): Promise<void> {
    const { clickhouse, log, now } = this.#parts;
    const { plan } = service;
    const { topic, generation } = this.#laneOf(service);
    const [first] = differences;
    log.error('features.parity-mismatch', {
      lane: plan.id,
      count: differences.length,
      first: first?.mismatch,
      eventId: first?.vector.event_id,
    });
    await clickhouse.insert(
      'feature_parity',
      differences.map(({ vector, mismatch }) => ({
        event_id: vector.event_id,
        lane: plan.id,
        source_topic: topic,
        generation,
        source_partition: vector.source_partition,
        source_offset: vector.source_offset,
        feature: mismatch.feature,
        served: JSON.stringify(mismatch.served),
        recomputed: JSON.stringify(mismatch.recomputed),
        cause: 'unexplained',
        checked_at: new Date(now()).toISOString(),
      })),
    );
  }
}

/** What SQL to run to see one vector computed again. */
export function recomputeOneSql(
  service: PlannedService,
  state: FeaturesState,
  at: { database: string; eventId: string },
): string {
  return recomputeVectorsSql(service.plan, {
    tables: logTables(state, service, at.database),
    knowledge: 'as-known',
    where: `event_id = ${stringLiteral(at.eventId)}`,
    shape: 'named',
  });
}

function placeSql({ partition, offset }: { readonly partition: number; readonly offset: number }): string {
  return `(${partition}, ${offset})`;
}

/** JSON has no NaN: a missing number came as null. */
function valuesOf(row: VectorRow): { numbers: number[]; strings: (string | null)[] } {
  return { numbers: row.numbers.map((value) => value ?? Number.NaN), strings: [...row.strings] };
}
