import type { EventsConfig } from '@millrace/events';
import { EventBus, eventId, lanePartition, scanLog } from '@millrace/events';
import type { FeatureVector, ModelPromoted, Prediction, PromotionEnded } from '@millrace/schemas';
import { topics } from '@millrace/schemas';
import type { TestNamespace } from '@millrace/testing';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** For this package's own tests: what the features service and the registry publish, and what inference answers. */
export class InferenceUnderTest {
  readonly bus: EventBus;
  #promotions = 0;

  private constructor(bus: EventBus) {
    this.bus = bus;
  }

  static async connect({ env, topicPrefix }: TestNamespace): Promise<InferenceUnderTest> {
    const config: EventsConfig = {
      kafka: { brokers: (env['MILLRACE_KAFKA_BROKERS'] ?? '').split(','), clientId: 'inference-test' },
      schemaRegistry: { url: env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '' },
      topicPrefix,
    };
    const bus = await EventBus.connect(config, silent);
    await bus.topics.ensure([
      topics['features.vectors'],
      topics['registry.model-promoted'],
      topics['registry.promotion-ended'],
    ]);
    return new InferenceUnderTest(bus);
  }

  async promote(version: number, artifactHash: string): Promise<void> {
    const identity = this.#nextIdentity();
    const promoted: ModelPromoted = {
      eventId: eventId(identity),
      ...identity,
      model: 'fraud-model',
      version: String(version),
      previousVersion: null,
      target: 'alias:champion',
      artifactHash,
      artifactUri: `mlflow-artifacts:/1/run/artifacts/v${version}/model.onnx`,
      runId: null,
      actor: 'ana',
      promotedAtMs: Date.now(),
    };
    const topic = topics['registry.model-promoted'];
    const writer = await this.bus.writerFor(topic);
    const record = { topic: this.bus.topics.name(topic.name), partition: 0, key: null, value: writer.encode(promoted) };
    await this.bus.producer().send([record]);
  }

  /** Deletes the alias, as far as others hear of it. */
  async endPromotion(previousVersion: number): Promise<void> {
    const identity = this.#nextIdentity();
    const ended: PromotionEnded = {
      eventId: eventId(identity),
      ...identity,
      model: 'fraud-model',
      previousVersion: String(previousVersion),
      target: 'alias:champion',
      reason: 'alias "champion" was deleted',
      actor: 'ana',
      endedAtMs: Date.now(),
    };
    const topic = topics['registry.promotion-ended'];
    const writer = await this.bus.writerFor(topic);
    const record = { topic: this.bus.topics.name(topic.name), partition: 0, key: null, value: writer.encode(ended) };
    await this.bus.producer().send([record]);
  }

  #nextIdentity() {
    return {
      lane: 'registry',
      sourceTopic: 'registry.journal',
      generation: 0,
      sourcePartition: 0,
      sourceOffset: this.#promotions++,
    };
  }

  /** Publishes vectors of source offsets `from` up to (not including) `to` of each partition, features [offset, 0, 0]. */
  async publishVectors(range: {
    readonly partitions: number;
    readonly from: number;
    readonly to: number;
    readonly lane?: string;
  }): Promise<void> {
    const topic = topics['features.vectors'];
    const writer = await this.bus.writerFor(topic);
    const lane = range.lane ?? 'payments@1';
    const records = [];
    for (let offset = range.from; offset < range.to; offset++) {
      for (let partition = 0; partition < range.partitions; partition++) {
        records.push({
          topic: this.bus.topics.name(topic.name),
          partition: lanePartition(lane, 'payments', partition, topic.partitions),
          key: Buffer.from(`c${partition}`),
          value: writer.encode(vectorOf(lane, partition, offset)),
        });
      }
    }
    await this.bus.producer().send(records);
  }

  async publishBytes(value: Buffer): Promise<void> {
    const topic = this.bus.topics.name(topics['features.vectors'].name);
    await this.bus.producer().send([{ topic, partition: 0, key: Buffer.from('odd'), value }]);
  }

  /** Everything in the topic of predictions, in the order of each partition. */
  async predictions(): Promise<Prediction[]> {
    const topic = topics['inference.predictions'];
    const reader = this.bus.readerFor(topic);
    const records = [];
    for await (const record of scanLog(this.bus, this.bus.topics.name(topic.name))) records.push(record);
    const decoded = await reader.decodeBatch(records);
    return decoded.map((result) => {
      if (!result.ok) throw new Error(result.message);
      return result.value;
    });
  }

  /** Predictions of the stream, once there are at least so many. */
  async streamed(count: number): Promise<Prediction[]> {
    return eventually(async () => {
      const found = (await this.predictions()).filter((prediction) => prediction.requestId === null);
      return found.length >= count ? found : null;
    });
  }
}

function vectorOf(lane: string, partition: number, offset: number): FeatureVector {
  const identity = { lane, sourceTopic: 'payments', generation: 0, sourcePartition: partition, sourceOffset: offset };
  return {
    eventId: eventId(identity),
    ...identity,
    featureService: 'payments',
    featureServiceVersion: 1,
    sourceEventId: `e-${partition}-${offset}`,
    entities: { customer: `c${partition}` },
    eventTimeMs: 1_700_000_000_000 + offset,
    sourceTimestampMs: Date.now(),
    numbers: [offset, 0, 0],
    strings: [],
    cuts: [],
    builds: [],
    behind: [],
    computedAtMs: Date.now(),
  };
}

/** Asks until there is an answer; the test's own time limit ends a wait for what never comes. */
export async function eventually<T>(ask: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function call(
  url: string,
  init: { readonly method?: string; readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...init.headers },
    ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}
