import {
  BatchConsumer,
  type ConsumerHooks,
  type ConsumerStatus,
  type EventBus,
  type StoppedSource,
} from '@millrace/events';
import type { SourceBlueprint, ViewLog } from '../flow/source-blueprint.ts';
import { RunningSet } from './running-set.ts';
import { SourceLogHandler, type SourceLogParts } from './source-log.handler.ts';
import { ViewLogHandler, type ViewLogParts } from './view-log.handler.ts';

export interface PipelineParts {
  readonly bus: EventBus;
  readonly source: SourceLogParts;
  readonly view: ViewLogParts;
  readonly hooks: ConsumerHooks;
  readonly maxBatchRecords: number;
}

/** One consumer, known by what it reads and in which life; replaced when that changes. */
interface Pipeline {
  readonly consumer: BatchConsumer;
  readonly handler?: SourceLogHandler;
}

/** A pipeline that the definitions want. */
interface Wanted {
  readonly source: string;
  readonly start: () => Promise<Pipeline>;
}

/** Not a fault: it is looked for again. */
class NotYet extends Error {}

export interface SourceStatus {
  readonly name: string;
  /** Why one of its consumers does not run. */
  readonly waitingFor?: string;
  /** Of the build that serves. */
  readonly consumer?: ConsumerStatus;
  /** Of the builds that catch up with it. */
  readonly building: readonly ConsumerStatus[];
}

/** Runs a consumer a source and build and a consumer a rekeyed view, as the definitions say. */
export class SourcePipelines {
  readonly #parts: PipelineParts;
  readonly #running = new RunningSet<Pipeline>(({ consumer }) => consumer.stop());
  /** By source: why one of its consumers could not be started yet. */
  readonly #waiting = new Map<string, Error>();
  #blueprints: readonly SourceBlueprint[] = [];
  #turn: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /**
   * Starts what is new, tells the others of their definitions, stops what nobody wants any more. One change at a time.
   * Every build of every source, the one that serves first.
   */
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
    await this.#running.stopAll();
  }

  statusOf(source: string): SourceStatus {
    const waitingFor = this.#waiting.get(source)?.message;
    const [consumer, ...building] = this.#blueprints
      .filter(({ source: { name } }) => name === source)
      .map((blueprint) => this.#running.get(keyOf(blueprint))?.consumer.status);
    return {
      name: source,
      ...(waitingFor !== undefined && { waitingFor }),
      ...(consumer && { consumer }),
      building: building.filter((status) => status !== undefined),
    };
  }

  /** A new generation gives every event a new identity: only a source that cannot go on otherwise is resumed. */
  whyNotResume(source: string): string | undefined {
    const { consumer } = this.statusOf(source);
    // An instance that holds no partition cannot tell: another one may have stopped.
    if (!consumer || consumer.stopped.length > 0 || consumer.partitions.length === 0) return undefined;
    return `source "${source}" is not stopped: ${consumer.partitions.length} of its partitions are being read here. A new generation would derive everything anew from its events`;
  }

  statuses(): ConsumerStatus[] {
    return this.#running.values().map(({ consumer }) => consumer.status);
  }

  /** Sources that must not go on until an operator resumes them. */
  stoppedSources(): StoppedSource[] {
    return this.statuses().flatMap(({ stopped }) => stopped);
  }

  /** Consumers that could not be started: they are tried again. A topic that does not exist yet is no failure. */
  failedStarts(): { readonly source: string; readonly error: Error }[] {
    return [...this.#waiting]
      .filter(([, error]) => !(error instanceof NotYet))
      .map(([source, error]) => ({ source, error }));
  }

  async #apply(): Promise<void> {
    if (this.#stopped) return;
    const wanted = this.#wanted();
    await this.#running.keepOnly(wanted);
    for (const blueprint of this.#blueprints) this.#running.get(keyOf(blueprint))?.handler?.use(blueprint);
    const failed = await this.#running.startAll(wanted);
    this.#waiting.clear();
    for (const {
      wanted: { source },
      error,
    } of failed) {
      this.#waiting.set(source, error);
      if (!(error instanceof NotYet)) this.#parts.bus.log.warn('features.start-failed', { source, error });
    }
    if (this.#waiting.size > 0) this.#tryAgainSoon();
  }

  #wanted(): Map<string, Wanted> {
    const wanted = new Map<string, Wanted>();
    for (const blueprint of this.#blueprints) {
      const source = blueprint.source.name;
      for (const log of blueprint.rekeyedViews)
        wanted.set(`view ${log.stateTopic}`, { source, start: () => this.#startView(log) });
      wanted.set(keyOf(blueprint), { source, start: () => this.#startSource(blueprint) });
    }
    return wanted;
  }

  async #startSource(blueprint: SourceBlueprint): Promise<Pipeline> {
    const { bus, source, hooks, maxBatchRecords } = this.#parts;
    const { definition } = blueprint.source;
    if (!(await bus.topics.list()).includes(definition.topic)) {
      throw new NotYet(`topic "${definition.topic}" does not exist yet`);
    }
    const handler = new SourceLogHandler(source, blueprint);
    const consumer = new BatchConsumer(bus, {
      group: blueprint.group,
      topics: [definition.topic],
      handler,
      maxBatchRecords,
      generationOf: () => blueprint.generation,
      deadLetterGroup: blueprint.deadLetterGroup,
      deadLetterLimits: { expected: ['too-late'] },
      hooks,
    });
    await consumer.start();
    return { consumer, handler };
  }

  async #startView(log: ViewLog): Promise<Pipeline> {
    const { bus, view, hooks, maxBatchRecords } = this.#parts;
    if (!log.rekeyedTopic) throw new RangeError(`view ${log.view.id} has no log of its own`);
    await bus.topics.ensure([log.rekeyedTopic]);
    const consumer = new BatchConsumer(bus, {
      group: log.group,
      topics: [bus.topics.name(log.rekeyedTopic.name)],
      handler: new ViewLogHandler(view, log),
      maxBatchRecords,
      deadLetterGroup: log.deadLetterGroup,
      hooks,
    });
    await consumer.start();
    return { consumer };
  }

  #tryAgainSoon(): void {
    clearTimeout(this.#retry);
    if (this.#stopped) return;
    this.#retry = setTimeout(() => void this.reconcile(this.#blueprints), 1_000);
  }
}

function keyOf({ group, generation }: SourceBlueprint): string {
  return `source ${group} generation ${generation}`;
}
