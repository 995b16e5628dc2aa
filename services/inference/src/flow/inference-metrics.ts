import type { Prediction } from '@millrace/schemas';
import type { ServiceMetrics } from '@millrace/service-kit';
import type { ServedEndpoints } from './served-endpoints.ts';

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What operators watch: labels are endpoint names, versions and codes, of which there are few. */
export class InferenceMetrics {
  readonly #predictions;
  readonly #scoring;
  readonly #delay;
  readonly #swaps;
  readonly #swapDelay;
  readonly #refusals;
  readonly #deadLetters;
  readonly #historyRows;

  constructor(metrics: ServiceMetrics) {
    this.#predictions = metrics.counter({
      name: 'predictions_total',
      help: 'Predictions published, by endpoint, model version, status and origin (stream or rest).',
      labels: ['endpoint', 'version', 'status', 'origin'],
    });
    this.#scoring = metrics.histogram({
      name: 'scoring_duration_seconds',
      help: 'Time that the model took for one batch.',
      labels: ['endpoint', 'origin'],
      buckets: seconds,
    });
    this.#delay = metrics.histogram({
      name: 'prediction_delay_seconds',
      help: 'From the timestamp of the source record, or the arrival of the request, to the score: oldest of each batch.',
      labels: ['endpoint', 'origin'],
      buckets: seconds,
    });
    this.#swaps = metrics.counter({
      name: 'model_swaps_total',
      help: 'Model versions put in charge on this instance.',
      labels: ['endpoint'],
    });
    this.#swapDelay = metrics.histogram({
      name: 'model_swap_delay_seconds',
      help: 'From the promotion to the first batch that the new version may score, on this instance.',
      labels: ['endpoint'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    });
    this.#refusals = metrics.counter({
      name: 'model_refusals_total',
      help: 'Promoted versions that are not served, by the reason.',
      labels: ['endpoint', 'code'],
    });
    this.#deadLetters = metrics.counter({
      name: 'dead_letters_total',
      help: 'Records that could not be handled and were put aside, by consumer and reason.',
      labels: ['consumer', 'reason'],
    });
    this.#historyRows = metrics.counter({ name: 'history_rows_total', help: 'Rows written to ClickHouse.' });
  }

  /** Read at each scrape. */
  watch(metrics: ServiceMetrics, served: ServedEndpoints): void {
    metrics.gauge({
      name: 'stream_lag_records',
      help: 'Vectors of the partitions held by this instance that are not scored yet.',
      labels: ['endpoint'],
      collect: (gauge) => {
        gauge.reset();
        for (const { endpoint, stream } of served.all) if (stream) gauge.set({ endpoint: endpoint.name }, stream.lag);
      },
    });
    metrics.gauge({
      name: 'endpoint_active',
      help: '1 while the endpoint has a model in charge on this instance, else 0.',
      labels: ['endpoint'],
      collect: (gauge) => {
        gauge.reset();
        for (const { endpoint, active } of served.all) gauge.set({ endpoint: endpoint.name }, active === null ? 0 : 1);
      },
    });
  }

  /** One batch of one endpoint and model. */
  scored(predictions: readonly Prediction[]): void {
    const first = predictions[0];
    if (first === undefined) return;
    const { endpoint, modelVersion: version } = first;
    const origin = first.requestId !== null ? 'rest' : 'stream';
    let failed = 0;
    let oldestMs = first.sourceTimestampMs;
    for (const prediction of predictions) {
      if (prediction.status !== 'ok') failed += 1;
      if (prediction.sourceTimestampMs < oldestMs) oldestMs = prediction.sourceTimestampMs;
    }
    if (failed > 0) this.#predictions.inc({ endpoint, version, status: 'error', origin }, failed);
    const scored = predictions.length - failed;
    if (scored > 0) this.#predictions.inc({ endpoint, version, status: 'ok', origin }, scored);
    this.#scoring.observe({ endpoint, origin }, first.durationUs / 1e6);
    this.#delay.observe({ endpoint, origin }, Math.max(0, first.scoredAtMs - oldestMs) / 1000);
  }

  swapped({ endpoint, delayMs }: { readonly endpoint: string; readonly delayMs: number }): void {
    this.#swaps.inc({ endpoint });
    this.#swapDelay.observe({ endpoint }, Math.max(0, delayMs) / 1000);
  }

  refused({ endpoint, code }: { readonly endpoint: string; readonly code: string }): void {
    this.#refusals.inc({ endpoint, code });
  }

  deadLettered(consumer: string, reason: string): void {
    this.#deadLetters.inc({ consumer, reason });
  }

  stored(rows: number): void {
    this.#historyRows.inc(rows);
  }
}
