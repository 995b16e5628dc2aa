import type {
  AssignedPartition,
  AvroReader,
  HandleResult,
  PartitionBatch,
  PartitionHandler,
  Poison,
  StartPosition,
} from '@millrace/events';
import type { FeatureVector, Prediction } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import type { Clock } from '../flow/score-vectors.ts';
import { scoreVectors } from '../flow/score-vectors.ts';
import type { ServedEndpoint } from '../flow/served-endpoint.ts';
import type { PublishPredictions } from '../publish/predictions.publisher.ts';

export interface FeatureVectorsOptions {
  readonly served: ServedEndpoint;
  readonly reader: AvroReader<FeatureVector>;
  readonly publish: PublishPredictions;
  /** First offset of each partition whose vectors the endpoint scores, for partitions that it has never read. */
  readonly startOffsets: () => Promise<readonly number[]>;
  readonly clock: Clock;
  readonly onScored: (predictions: readonly Prediction[]) => void;
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
    const { vectors, keys, poison } = await this.#accept(batch);
    const { active } = this.#options.served;
    if (vectors.length === 0) return { poison };
    if (active === null) throw new Error(`endpoint "${this.#name}" has no model while its stream is open`);
    const predictions = await scoreVectors(this.#name, vectors, { model: active, clock: this.#options.clock });
    crashPoint('inference.before-publish');
    // Before the offset: a crash from here on publishes these again, under the same ids, and readers drop the repeats.
    await this.#options.publish(predictions, keys);
    crashPoint('inference.after-publish');
    this.#options.onScored(predictions);
    crashPoint('inference.before-commit');
    return { poison };
  }

  /** The vectors of this endpoint's feature service that were not accepted before. */
  async #accept(batch: PartitionBatch): Promise<AcceptedVectors> {
    const decoded = await this.#options.reader.decodeBatch(batch.records);
    const vectors: FeatureVector[] = [];
    const keys: (Buffer | null)[] = [];
    const poison: Poison[] = [];
    for (let index = 0; index < decoded.length; index++) {
      const record = batch.records[index];
      const result = decoded[index];
      if (record === undefined || result === undefined) continue;
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
      if (!isNew) continue;
      vectors.push(vector);
      keys.push(record.key);
    }
    return { vectors, keys, poison };
  }
}

interface AcceptedVectors {
  readonly vectors: FeatureVector[];
  /** Record key of each vector. */
  readonly keys: (Buffer | null)[];
  readonly poison: Poison[];
}
