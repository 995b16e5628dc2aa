import {
  BatchConsumer,
  scanLog,
  TransientError,
  type AssignedPartition,
  type AvroReader,
  type ConsumerStatus,
  type EventBus,
  type HandleResult,
  type PartitionBatch,
  type PartitionHandler,
} from '@millrace/events';
import { topics, type ModelPromoted, type PromotionEnded } from '@millrace/schemas';

export interface ModelPromotedOptions {
  /** Who listens: promotions handled are remembered under this name, also over restarts. */
  readonly group: string;
  /** Only promotions of this model. */
  readonly model?: string;
  /**
   * Resolves when the promotion has been dealt with; the next one waits until then. One that fails, or whose process
   * dies half-way, comes again with the same `eventId`. `signal` says that the answer will not count any more.
   */
  readonly onPromoted: (promotion: ModelPromoted, signal: AbortSignal) => Promise<void>;
}

export interface Subscription {
  /** What is going on: `lag` promotions are waiting, `partitions[].blockedBy` says what a failing subscriber threw. */
  readonly status: ConsumerStatus;
  /** Waits for the promotion in hand, then leaves. */
  stop(): Promise<void>;
}

/** Long enough to load and warm a model before the next member takes over. */
const drainMs = 60_000;

/**
 * Follows model promotions, in order, each once (at least once by delivery, told apart by `eventId`). A newcomer is
 * first given the version now in force of each model and target, then what happens next.
 */
export async function onModelPromoted(bus: EventBus, options: ModelPromotedOptions): Promise<Subscription> {
  const topic = topics['registry.model-promoted'];
  await bus.topics.ensure([topic, topics['registry.promotion-ended']]);
  const consumer = new BatchConsumer(bus, {
    group: options.group,
    topics: [bus.topics.name(topic.name)],
    handler: new PromotionHandler(bus, options),
    // One promotion a batch: what was handled is committed before the next one is begun.
    maxBatchRecords: 1,
    commitIntervalMs: 0,
    drainMs,
  });
  await consumer.start();
  return consumer;
}

class PromotionHandler implements PartitionHandler {
  readonly #bus: EventBus;
  readonly #reader: AvroReader<ModelPromoted>;
  readonly #options: ModelPromotedOptions;
  /** Up to where the history goes that a newcomer is told in short; 0 when there is none to tell. */
  #historyEnd = 0;
  #inForce = new Map<string, ModelPromoted>();
  #commitIntent: AssignedPartition['commitIntent'] = async () => undefined;

  constructor(bus: EventBus, options: ModelPromotedOptions) {
    this.#bus = bus;
    this.#reader = bus.readerFor(topics['registry.model-promoted']);
    this.#options = options;
  }

  async assigned(partition: AssignedPartition): Promise<void> {
    this.#historyEnd = partition.committed === null ? partition.endOffset : 0;
    this.#inForce = new Map();
    this.#commitIntent = (intent) => partition.commitIntent(intent);
  }

  async handle({ records, nextOffset, watermarks, signal }: PartitionBatch): Promise<HandleResult> {
    const results = await this.#reader.decodeBatch(records);
    const poison = results.flatMap((result, i) => {
      const record = records[i];
      return result.ok || !record ? [] : [{ record, reason: result.reason, message: result.message }];
    });
    for (const result of results) {
      if (!result.ok || !watermarks.accept(result.value) || !this.#wanted(result.value)) continue;
      if (this.#historyEnd !== 0) this.#remember(result.value);
      else {
        // Carries the position with it: what was dealt with before is committed, only the one in hand can come again.
        await this.#commitIntent(nextOffset);
        await this.#tell(result.value, signal);
      }
    }
    if (this.#historyEnd === 0) return { poison };
    // Until the history has been told nothing is committed: a newcomer that dies here is a newcomer again.
    if (nextOffset < this.#historyEnd) return { poison, hold: true };
    for (const ended of await readEnds(this.#bus)) this.#forget(ended);
    for (const [key, promotion] of this.#inForce) {
      await this.#tell(promotion, signal);
      this.#inForce.delete(key);
    }
    this.#historyEnd = 0;
    return { poison };
  }

  /** One that the subscriber fails on comes again until it succeeds: order matters more than speed here. */
  async #tell(promotion: ModelPromoted, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.onPromoted(promotion, signal);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TransientError('subscriber', `the subscriber failed on promotion ${promotion.eventId}: ${reason}`, {
        cause,
      });
    }
  }

  #wanted({ model }: ModelPromoted): boolean {
    return this.#options.model === undefined || model === this.#options.model;
  }

  /** Nobody is in charge any more, unless the promotion came after the end. */
  #forget(ended: PromotionEnded): void {
    const key = keyOf(ended);
    const promotion = this.#inForce.get(key);
    if (promotion !== undefined && isBefore(promotion, ended)) this.#inForce.delete(key);
  }

  /** Latest last, so that the order of promotions is kept. */
  #remember(promotion: ModelPromoted): void {
    const key = keyOf(promotion);
    this.#inForce.delete(key);
    this.#inForce.set(key, promotion);
  }
}

/** Every end of a charge up to now. */
async function readEnds(bus: EventBus): Promise<PromotionEnded[]> {
  const topic = topics['registry.promotion-ended'];
  const records = await Array.fromAsync(scanLog(bus, bus.topics.name(topic.name)));
  const results = await bus.readerFor(topic).decodeBatch(records);
  return results.flatMap((result) => (result.ok ? [result.value] : []));
}

function keyOf({ model, target }: Pick<ModelPromoted, 'model' | 'target'>): string {
  return `${model}|${target}`;
}

type JournalPosition = Pick<ModelPromoted, 'generation' | 'sourceOffset'>;

function isBefore(one: JournalPosition, other: JournalPosition): boolean {
  return one.generation === other.generation
    ? one.sourceOffset < other.sourceOffset
    : one.generation < other.generation;
}
