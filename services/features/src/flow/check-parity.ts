import { stringLiteral, type ClickHouse } from '@millrace/clickhouse';
import type { Journal } from '@millrace/events';
import { compareVectors, recomputeVectorsSql, type FeatureMismatch } from '@millrace/feature-engine';
import type { ServiceLog, ServiceMetrics } from '@millrace/service-kit';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import { logTables } from './log-tables.ts';
import type { PlannedServices } from './planned-services.ts';
import type { PlannedService } from './source-blueprint.ts';

export interface ParityParts {
  readonly clickhouse: ClickHouse;
  readonly journal: Journal<FeaturesState, FeaturesCommand>;
  readonly services: PlannedServices;
  readonly metrics: ServiceMetrics;
  readonly log: ServiceLog;
  readonly sample: number;
  /** First offset of each partition of a log that history has not stored yet, by the topic's name on the broker. */
  readonly storedUpTo: (topic: string) => Promise<readonly number[]>;
  /** Name on the broker of one of our own topics. */
  readonly topicName: (topic: string) => string;
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

interface VectorRow {
  readonly event_id: string;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
}

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
  readonly #suspects = new Map<string, number>();
  #lastCheckedMs = 0;
  #trafficSinceMs: number | null = null;
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

  /** One round over all feature services. */
  async run(): Promise<{ checked: number; mismatched: number }> {
    let total = { checked: 0, mismatched: 0 };
    for (const { services } of this.#parts.services.blueprints()) {
      for (const service of services) {
        const round = await this.#checkService(service);
        total = { checked: total.checked + round.checked, mismatched: total.mismatched + round.mismatched };
      }
    }
    const now = this.#parts.now();
    if (total.checked > 0) this.#lastCheckedMs = now;
    return total;
  }

  /** False when vectors were served but for long none was checked. */
  healthy(maxSilenceMs: number): boolean {
    if (this.#trafficSinceMs === null) return true;
    const now = this.#parts.now();
    return now - Math.max(this.#lastCheckedMs, this.#trafficSinceMs, this.#startedMs) < maxSilenceMs;
  }

  /** Called with every batch of vectors. */
  served(count: number): void {
    if (count > 0) this.#trafficSinceMs ??= this.#parts.now();
  }

  async #checkService(service: PlannedService): Promise<{ checked: number; mismatched: number }> {
    const { plan } = service;
    const toMs = this.#parts.now() - settleMs;
    const fromMs = this.#seenMs.get(plan.id) ?? this.#startedMs;
    if (toMs <= fromMs) return { checked: 0, mismatched: 0 };
    const sampled = await this.#sample(service, fromMs, toMs);
    if (sampled.length === 0) return { checked: 0, mismatched: 0 };
    this.#seenMs.set(plan.id, toMs);
    let total = { checked: 0, mismatched: 0 };
    // While a build takes over from another one, the cuts of a service's vectors are positions in the logs of either.
    for (const made of Map.groupBy(sampled, ({ builds }) => builds.join()).values()) {
      const round = await this.#compare(this.#parts.services.asMade(service, made[0]?.builds ?? []), made);
      total = { checked: total.checked + round.checked, mismatched: total.mismatched + round.mismatched };
    }
    return total;
  }

  async #compare(
    service: PlannedService,
    sampled: readonly SampledVector[],
  ): Promise<{ checked: number; mismatched: number }> {
    const { plan } = service;
    const vectors = await this.#stored(service, sampled);
    if (vectors.length === 0) return { checked: 0, mismatched: 0 };
    const recomputed = await this.#recompute(service, vectors);
    const differences = vectors.flatMap((vector) => {
      const again = recomputed.get(`${vector.source_partition}/${vector.source_offset}`);
      const mismatches = again ? compareVectors(plan, valuesOf(vector), valuesOf(again)) : [];
      return this.#persists(vector, mismatches.length > 0) ? mismatches.map((mismatch) => ({ vector, mismatch })) : [];
    });
    this.#checked.inc({ lane: plan.id }, recomputed.size);
    for (const { mismatch } of differences) this.#mismatched.inc({ lane: plan.id, feature: mismatch.feature });
    if (differences.length > 0) await this.#report(service, differences);
    return { checked: recomputed.size, mismatched: differences.length };
  }

  #sample({ plan }: PlannedService, fromMs: number, toMs: number): Promise<SampledVector[]> {
    const { clickhouse, sample } = this.#parts;
    return clickhouse.query<SampledVector>(
      `SELECT event_id, source_partition, source_offset, numbers, strings, cuts, builds
       FROM ${clickhouse.qualified('feature_vectors')}
       WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32} AND source_topic = {topic:String}
         AND (event_id IN ({suspects:Array(String)})
           OR (computed_at > fromUnixTimestamp64Milli({from:Int64}) AND computed_at <= fromUnixTimestamp64Milli({to:Int64})))
       ORDER BY event_id IN ({suspects:Array(String)}) DESC, cityHash64(event_id) LIMIT 1 BY source_partition, source_offset LIMIT {sample:UInt32}`,
      {
        service: plan.name,
        version: plan.version,
        topic: plan.source.definition.topic,
        from: fromMs,
        to: toMs,
        sample,
        suspects: [...this.#suspects.keys()],
      },
    );
  }

  /** Each log is stored by a group of its own: the vectors whose cuts all of them have passed; the others come again. */
  async #stored({ views }: PlannedService, sampled: readonly SampledVector[]): Promise<VectorRow[]> {
    const { storedUpTo, topicName } = this.#parts;
    const upTo = await Promise.all(
      views.map(({ log: { rekeyedTopic, view } }) =>
        storedUpTo(rekeyedTopic ? topicName(rekeyedTopic.name) : view.source.definition.topic),
      ),
    );
    return sampled.filter(({ event_id, cuts }) => {
      const isStored = cuts.every(
        ({ partition, offset, own_offset }, view) =>
          Math.max(offset, own_offset) < Math.max(0, upTo[view]?.[partition] ?? 0),
      );
      if (!isStored) this.#suspects.set(event_id, this.#suspects.get(event_id) ?? 0);
      return isStored;
    });
  }

  /** True when a difference is still there in later rounds: then it is no matter of rows that were not stored yet. */
  #persists({ event_id }: VectorRow, differs: boolean): boolean {
    const rounds = (this.#suspects.get(event_id) ?? 0) + 1;
    if (differs && rounds < roundsToBelieve) this.#suspects.set(event_id, rounds);
    else this.#suspects.delete(event_id);
    return differs && rounds >= roundsToBelieve;
  }

  async #recompute(service: PlannedService, vectors: readonly VectorRow[]): Promise<Map<string, VectorRow>> {
    const { clickhouse, journal } = this.#parts;
    const places = vectors
      .map(({ source_partition, source_offset }) => `(${source_partition}, ${source_offset})`)
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
    { plan }: PlannedService,
    differences: readonly { vector: VectorRow; mismatch: FeatureMismatch }[],
  ): Promise<void> {
    const { clickhouse, log, now } = this.#parts;
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
        source_topic: plan.source.definition.topic,
        generation: Number(vector.event_id.split('|').at(-3)),
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

/** JSON has no NaN: a missing number came as null. */
function valuesOf(row: VectorRow): { numbers: number[]; strings: (string | null)[] } {
  return { numbers: row.numbers.map((value) => value ?? Number.NaN), strings: [...row.strings] };
}
