import { Watermarks, type EventBus } from '@millrace/events';
import { topics, type Prediction } from '@millrace/schemas';
import { ReadOn } from './read-on.ts';

/** What is kept of a prediction: a run has hundreds of thousands. */
export type KeptPrediction = Pick<
  Prediction,
  'eventId' | 'sourcePartition' | 'modelVersion' | 'artifactHash' | 'status' | 'score' | 'numbers' | 'scoredAtMs'
>;

/** The predictions of the stream as a consumer that keeps watermarks sees them: first writes only. */
export class PredictionLedger {
  readonly #log: ReadOn<Prediction>;
  readonly #watermarks = Watermarks.empty();
  readonly #bySourceEvent = new Map<string, KeptPrediction>();
  #records = 0;
  #doubled = 0;

  constructor(bus: EventBus) {
    const topic = topics['inference.predictions'];
    this.#log = new ReadOn(bus, bus.topics.name(topic.name), bus.readerFor(topic));
  }

  /** Records in the topic, repeats by crashes and zombies included. */
  get records(): number {
    return this.#records;
  }

  /** Source events with a second prediction that the watermarks let through. */
  get doubled(): number {
    return this.#doubled;
  }

  get size(): number {
    return this.#bySourceEvent.size;
  }

  get(sourceEventId: string): KeptPrediction | undefined {
    return this.#bySourceEvent.get(sourceEventId);
  }

  values(): IterableIterator<KeptPrediction> {
    return this.#bySourceEvent.values();
  }

  /** Takes in what has come since the last call. */
  async readOn(): Promise<void> {
    for (const prediction of await this.#log.next()) {
      if (prediction.requestId !== null) continue;
      this.#records += 1;
      if (!this.#watermarks.accept(prediction)) continue;
      const key = prediction.sourceEventId ?? prediction.eventId;
      if (this.#bySourceEvent.has(key)) this.#doubled += 1;
      else this.#bySourceEvent.set(key, kept(prediction));
    }
  }
}

function kept(prediction: Prediction): KeptPrediction {
  const { eventId, sourcePartition, modelVersion, artifactHash, status, score, numbers, scoredAtMs } = prediction;
  return { eventId, sourcePartition, modelVersion, artifactHash, status, score, numbers, scoredAtMs };
}
