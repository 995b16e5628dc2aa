import {
  BatchConsumer,
  type ConsumerHooks,
  type ConsumerStatus,
  type EventBus,
  type StoppedSource,
} from '@millrace/events';
import type { MaterializationMetrics } from '../flow/materialization-metrics.ts';
import type { SourceBlueprint, ViewLog } from '../flow/source-blueprint.ts';
import { SourceLogHandler, type SourceLogParts } from './source-log.handler.ts';
import { ViewLogHandler, type ViewLogParts } from './view-log.handler.ts';

export interface PipelineParts {
  readonly bus: EventBus;
  readonly source: SourceLogParts;
  readonly view: ViewLogParts;
  readonly metrics: MaterializationMetrics;
  readonly maxBatchRecords: number;
}

/** One consumer, known by what it reads and in which life; replaced when that changes. */
interface Pipeline {
  readonly consumer: BatchConsumer;
  readonly handler?: SourceLogHandler;
}

export interface SourceStatus {
  readonly name: string;
  readonly waitingFor?: string;
  readonly consumer?: ConsumerStatus;
}

/** Runs a consumer a source and a consumer a rekeyed view, as the definitions say. */
export class SourcePipelines {
  readonly #parts: PipelineParts;
  readonly #running = new Map<string, Pipeline>();
  /** Sources whose topic does not exist yet. */
  readonly #waiting = new Map<string, string>();
  #blueprints: readonly SourceBlueprint[] = [];
  #turn: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Starts what is new, tells the others of their definitions, stops what nobody wants any more. One change at a time. */
  reconcile(blueprints: readonly SourceBlueprint[]): Promise<void> {
    this.#blueprints = blueprints;
    this.#turn = this.#turn
      .then(() => this.#apply())
      .catch((error: unknown) => {
        this.#parts.bus.log.error('features.reconcile-failed', { error });
        this.#tryAgainSoon();
      });
    return this.#turn;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#turn;
    await Promise.all([...this.#running.values()].map(({ consumer }) => consumer.stop()));
    this.#running.clear();
  }

  statusOf(source: string): SourceStatus {
    const waitingFor = this.#waiting.get(source);
    const blueprint = this.#blueprints.find(({ source: { name } }) => name === source);
    const consumer = blueprint && this.#running.get(keyOf(blueprint))?.consumer.status;
    return { name: source, ...(waitingFor !== undefined && { waitingFor }), ...(consumer && { consumer }) };
  }

  statuses(): ConsumerStatus[] {
    return [...this.#running.values()].map(({ consumer }) => consumer.status);
  }

  /** Sources that must not go on until an operator resumes them. */
  stoppedSources(): StoppedSource[] {
    return this.statuses().flatMap(({ stopped }) => stopped);
  }

  async #apply(): Promise<void> {
    if (this.#stopped) return;
    const wanted = new Map<string, () => Promise<Pipeline | null>>();
    for (const blueprint of this.#blueprints) {
      for (const log of blueprint.rekeyedViews) wanted.set(`view ${log.stateTopic}`, () => this.#startView(log));
      wanted.set(keyOf(blueprint), () => this.#startSource(blueprint));
    }
    for (const [key, { consumer }] of this.#running) {
      if (wanted.has(key)) continue;
      this.#running.delete(key);
      await consumer.stop();
    }
    for (const blueprint of this.#blueprints) this.#running.get(keyOf(blueprint))?.handler?.use(blueprint);
    for (const [key, start] of wanted) {
      if (this.#running.has(key)) continue;
      const started = await start();
      if (started) this.#running.set(key, started);
    }
    if (this.#waiting.size > 0) this.#tryAgainSoon();
  }

  async #startSource(blueprint: SourceBlueprint): Promise<Pipeline | null> {
    const { bus, source, maxBatchRecords } = this.#parts;
    const { name, definition } = blueprint.source;
    if (!(await bus.topics.list()).includes(definition.topic)) {
      this.#waiting.set(name, `topic "${definition.topic}" does not exist yet`);
      return null;
    }
    this.#waiting.delete(name);
    const handler = new SourceLogHandler(source, blueprint);
    const consumer = new BatchConsumer(bus, {
      group: blueprint.group,
      topics: [definition.topic],
      handler,
      maxBatchRecords,
      generationOf: () => blueprint.progress.generation,
      deadLetterLimits: { expected: ['too-late'] },
      hooks: this.#hooks(),
    });
    await consumer.start();
    return { consumer, handler };
  }

  async #startView(log: ViewLog): Promise<Pipeline | null> {
    const { bus, view, maxBatchRecords } = this.#parts;
    if (!log.rekeyedTopic) return null;
    await bus.topics.ensure([log.rekeyedTopic]);
    const consumer = new BatchConsumer(bus, {
      group: log.stateTopic,
      topics: [bus.topics.name(log.rekeyedTopic.name)],
      handler: new ViewLogHandler(view, log),
      maxBatchRecords,
      hooks: this.#hooks(),
    });
    await consumer.start();
    return { consumer };
  }

  #hooks(): ConsumerHooks {
    const { metrics, bus } = this.#parts;
    return {
      onDeadLetter: ({ topic, reason }) => metrics.deadLetter(topic, reason),
      onGap: (gap) => bus.log.warn('features.log-gap', { ...gap }),
      onBlocked: ({ topic, partition, error, attempt }) =>
        bus.log.warn('features.partition-blocked', { topic, partition, attempt, error: error.message }),
      onAlert: (alert) => {
        metrics.alert(alert.kind);
        bus.log.error(`features.${alert.kind}`, { ...alert, error: alert.error.message });
      },
    };
  }

  #tryAgainSoon(): void {
    clearTimeout(this.#retry);
    if (this.#stopped) return;
    this.#retry = setTimeout(() => void this.reconcile(this.#blueprints), 1_000);
  }
}

function keyOf({ group, progress }: SourceBlueprint): string {
  return `source ${group} generation ${progress.generation}`;
}
