import type {
  AssignedPartition,
  AvroReader,
  HandleResult,
  PartitionBatch,
  PartitionHandler,
  Poison,
  SourceRecord,
  StartPosition,
} from '@millrace/events';
import type { FeatureVector } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import type { Clock } from '../flow/score-vectors.ts';
import { scoreVectors } from '../flow/score-vectors.ts';
import type { ServedEndpoint } from '../flow/served-endpoint.ts';
import type { KeyedPrediction } from '../publish/predictions.publisher.ts';

export interface FeatureVectorsOptions {
  readonly served: ServedEndpoint;
  readonly reader: AvroReader<FeatureVector>;
  readonly publish: (predictions: readonly KeyedPrediction[]) => Promise<void>;
  /** First offset of each partition whose vectors the endpoint scores, for partitions that it has never read. */
  readonly startOffsets: () => Promise<readonly number[]>;
  readonly clock: Clock;
  readonly onScored: (predictions: readonly KeyedPrediction[]) => void;
}

/** From vectors to predictions for one endpoint, each vector once. */
export class FeatureVectorsConsumer implements PartitionHandler {
  readonly #options: FeatureVectorsOptions;
  readonly #lane: string;
  readonly #name: string;

  constructor(options: FeatureVectorsOptions) {
    this.#options = options;
    const { endpoint } = options.served;
    this.#name = endpoint.name;
    this.#lane = `${endpoint.signature.featureService}@${endpoint.signature.featureServiceVersion}`;
  }

  async assigned({ partition, committed, beginOffset }: AssignedPartition): Promise<StartPosition> {
    const startOffset = (await this.#options.startOffsets())[partition] ?? beginOffset;
    // A position from before this endpoint was made belongs to an earlier endpoint of the same name.
    return { startAt: Math.max(startOffset, committed?.nextOffset ?? 0, beginOffset) };
  }

  async handle(batch: PartitionBatch): Promise<HandleResult> {
    const { accepted, poison } = await this.#accept(batch);
    const { active } = this.#options.served;
    if (accepted.length === 0) return { poison };
    if (active === null) throw new Error(`endpoint "${this.#name}" has no model while its stream is open`);
    const predictions = await scoreVectors(
      this.#name,
      accepted.map(({ vector }) => vector),
      { model: active, clock: this.#options.clock },
    );
    const keyed = predictions.map((prediction, row) => ({ key: accepted[row]?.record.key ?? null, prediction }));
    crashPoint('inference.before-publish');
    // Before the offset: a crash from here on publishes these again, under the same ids, and readers drop the repeats.
    await this.#options.publish(keyed);
    crashPoint('inference.after-publish');
    this.#options.onScored(keyed);
    crashPoint('inference.before-commit');
    return { poison };
  }

  /** The vectors of this endpoint's feature service that were not accepted before. */
  async #accept(batch: PartitionBatch): Promise<{ accepted: AcceptedVector[]; poison: Poison[] }> {
    const decoded = await this.#options.reader.decodeBatch(batch.records);
    const accepted: AcceptedVector[] = [];
    const poison: Poison[] = [];
    for (const [index, record] of batch.records.entries()) {
      const result = decoded[index];
      if (result === undefined) continue;
      if (!result.ok) {
        poison.push({ record, reason: result.reason, message: result.message });
        continue;
      }
      const vector = result.value;
      if (vector.lane !== this.#lane) continue;
      const isNew = batch.watermarks.accept({
        lane: this.#name,
        sourceTopic: vector.sourceTopic,
        generation: vector.generation,
        sourcePartition: vector.sourcePartition,
        sourceOffset: vector.sourceOffset,
      });
      if (isNew) accepted.push({ record, vector });
    }
    return { accepted, poison };
  }
}

interface AcceptedVector {
  readonly record: SourceRecord;
  readonly vector: FeatureVector;
}
