import { setTimeout as sleep } from 'node:timers/promises';
import { partitioners, TransientError, type AvroWriter, type EventBus } from '@millrace/events';
import { subjectOf } from '@millrace/schemas';
import { paymentSchema, sourcePartitions, type Payment } from './payment.ts';

const tickMs = 50;
const retryMs = 250;

export interface PaymentFeedOptions {
  readonly topic: string;
  readonly payments: readonly Payment[];
  /** Of the topic, which is created where it does not exist. */
  readonly partitions?: number;
}

/**
 * A producer that loses nothing: what the broker did not acknowledge is sent again, so the topic may hold an event twice, as
 * with any producer. The source's `id` tells.
 */
export class PaymentFeed {
  readonly topic: string;
  readonly payments: readonly Payment[];
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<Payment>;
  readonly #partitions: number;
  #sent = 0;
  #resends = 0;
  #turn: Promise<void> = Promise.resolve();

  private constructor(
    bus: EventBus,
    { topic, payments, partitions = sourcePartitions }: PaymentFeedOptions,
    writer: AvroWriter<Payment>,
  ) {
    this.#bus = bus;
    this.topic = topic;
    this.payments = payments;
    this.#partitions = partitions;
    this.#writer = writer;
  }

  static async create(bus: EventBus, options: PaymentFeedOptions): Promise<PaymentFeed> {
    const { topic, partitions = sourcePartitions } = options;
    await bus.topics.ensureExact([
      {
        name: topic,
        schema: null,
        key: 'card',
        partitions,
        retentionMs: -1,
        cleanup: 'delete',
        maxMessageBytes: 1_048_576,
      },
    ]);
    return new PaymentFeed(bus, options, await bus.codec.writer<Payment>(subjectOf(topic), paymentSchema));
  }

  /** Payments that the broker has acknowledged. */
  get sent(): number {
    return this.#sent;
  }

  /** Requests that had to be made again. */
  get resends(): number {
    return this.#resends;
  }

  /** Sends the next `count` payments at a steady rate, after those asked for before; a broker that is away makes it wait. */
  send(count: number, ratePerSecond: number): Promise<void> {
    this.#turn = this.#turn.then(() => this.#send(count, ratePerSecond));
    return this.#turn;
  }

  async #send(count: number, ratePerSecond: number): Promise<void> {
    const end = Math.min(this.#sent + count, this.payments.length);
    const perTick = Math.max(1, Math.round((ratePerSecond * tickMs) / 1_000));
    while (this.#sent < end) {
      const startedAt = performance.now();
      await this.#sendOnce(this.payments.slice(this.#sent, Math.min(this.#sent + perTick, end)));
      await sleep(Math.max(0, tickMs - (performance.now() - startedAt)));
    }
  }

  async #sendOnce(payments: readonly Payment[]): Promise<void> {
    for (;;) {
      try {
        await this.#bus.producer().send(payments.map((payment) => this.#record(payment)));
        this.#sent += payments.length;
        return;
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        this.#resends += 1;
        await sleep(retryMs);
      }
    }
  }

  #record(payment: Payment) {
    const key = Buffer.from(payment.card);
    return {
      topic: this.topic,
      partition: partitioners.murmur2(key, this.#partitions),
      key,
      value: this.#writer.encode(payment),
      timestampMs: Date.now(),
    };
  }
}
