import type { FeatureVector } from '@millrace/schemas';
import type { ServiceMetrics } from '@millrace/service-kit';

export interface HandledBatch {
  readonly source: string;
  readonly accepted: number;
  readonly repeats: number;
  readonly skippedLate: number;
  /** Lanes that an event gave no vector, one entry an event. */
  readonly withoutKey: readonly string[];
  readonly vectors: readonly FeatureVector[];
}

/** What the materialization counts; labels are names of definitions, so their number is bounded. */
export class MaterializationMetrics {
  readonly #events;
  readonly #repeats;
  readonly #late;
  readonly #withoutKey;
  readonly #vectors;
  readonly #freshness;
  readonly #deadLetters;
  readonly #alerts;

  constructor(metrics: ServiceMetrics) {
    this.#events = metrics.counter({ name: 'events_total', help: 'Source events accepted', labels: ['source'] });
    this.#repeats = metrics.counter({
      name: 'repeats_total',
      help: 'Source events dropped because their id was seen before',
      labels: ['source'],
    });
    this.#late = metrics.counter({
      name: 'late_events_total',
      help: 'Events too late for one view that others may have taken, once a view',
      labels: ['source'],
    });
    this.#withoutKey = metrics.counter({
      name: 'events_without_key_total',
      help: 'Events that gave a feature service no vector because they lack the key of one of its views',
      labels: ['lane'],
    });
    this.#vectors = metrics.counter({ name: 'vectors_total', help: 'Feature vectors published', labels: ['lane'] });
    this.#freshness = metrics.histogram({
      name: 'vector_latency_seconds',
      help: 'From the timestamp of the source record to the vector',
      labels: ['source'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    });
    this.#deadLetters = metrics.counter({
      name: 'dead_letters_total',
      help: 'Records moved to the dead letters',
      labels: ['topic', 'reason'],
    });
    this.#alerts = metrics.counter({
      name: 'alerts_total',
      help: 'Faults that a person must look at',
      labels: ['kind'],
    });
  }

  handled({ source, accepted, repeats, skippedLate, withoutKey, vectors }: HandledBatch): void {
    this.#events.inc({ source }, accepted);
    if (repeats > 0) this.#repeats.inc({ source }, repeats);
    this.late(source, skippedLate);
    for (const lane of withoutKey) this.#withoutKey.inc({ lane });
    const lanes = new Map<string, number>();
    for (const { lane } of vectors) lanes.set(lane, (lanes.get(lane) ?? 0) + 1);
    for (const [lane, count] of lanes) this.#vectors.inc({ lane }, count);
    const last = vectors.at(-1);
    if (last) this.#freshness.observe({ source }, Math.max(0, last.computedAtMs - last.sourceTimestampMs) / 1_000);
  }

  late(source: string, count: number): void {
    if (count > 0) this.#late.inc({ source }, count);
  }

  deadLetter(topic: string, reason: string): void {
    this.#deadLetters.inc({ topic, reason });
  }

  alert(kind: string): void {
    this.#alerts.inc({ kind });
  }
}
