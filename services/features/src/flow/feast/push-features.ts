import { setTimeout as sleep } from 'node:timers/promises';
import { partitioners, type EventBus, type Journal, type OutgoingRecord } from '@millrace/events';
import { FeastError, readPushRequest, readWriteRequest } from '@millrace/feast-protocol';
import { compileSource, type SourcePlan } from '@millrace/feature-engine';
import { CodedError } from '@millrace/service-kit';
import { CandidateRows } from '../candidate-rows.ts';
import type { FeaturesCommand, FeaturesState } from '../definitions-domain.ts';
import type { PlannedServices } from '../planned-services.ts';
import { readCandidate, type Candidate } from '../read-candidates.ts';
import { servedView, type SourceBlueprint, type ViewLog } from '../source-blueprint.ts';
import { pushedEvents, writtenEvents, type PushedEvent } from './pushed-events.ts';
import { findServedView } from './read-plan.ts';

/** An event that was pushed, and where it lies in the source's log. */
export interface PushedPlace {
  readonly partition: number;
  readonly offset: number;
  readonly candidate: Candidate;
}

/** Up to where the log of a view must be applied. */
export interface ViewLogEnd {
  readonly view: ViewLog;
  readonly partition: number;
  readonly endOffset: number;
}

/** How far the states are that are read online. */
export interface AppliedLogs {
  /** Whether the source's own partitions are applied up to these places. */
  ofSource(blueprint: SourceBlueprint, places: readonly PushedPlace[]): Promise<boolean>;
  /** Once that is so: the ends of the logs that the events went to. */
  viewLogEnds(blueprint: SourceBlueprint, places: readonly PushedPlace[]): Promise<ViewLogEnd[]>;
  ofViews(ends: readonly ViewLogEnd[]): Promise<boolean>;
}

const longestWaitMs = 5_000;
const pollMs = 20;
const maxRows = 10_000;

interface PushFeaturesParts {
  readonly bus: EventBus;
  readonly journal: Journal<FeaturesState, FeaturesCommand>;
  readonly services: PlannedServices;
  readonly applied: AppliedLogs;
  readonly maxRecordBytes: number;
  readonly now: () => number;
}

/**
 * `POST /push` and `POST /write-to-online-store` of Feast. A pushed row is an event in the log of its source, like any other:
 * online and offline values are made from it in the same way. The answer comes when a read sees it.
 */
export class PushFeatures {
  readonly #parts: PushFeaturesParts;
  readonly #rows: CandidateRows;

  constructor(parts: PushFeaturesParts) {
    this.#parts = parts;
    this.#rows = new CandidateRows(parts.bus, parts.now);
  }

  /** @throws FeastError when nothing was written, or when it cannot be read yet. */
  async push(body: unknown): Promise<void> {
    const request = readPushRequest(body);
    checkRows(request.rows);
    const { definitions } = await this.#parts.journal.read();
    if (definitions.sources.get(request.pushSource)?.columns === undefined) {
      const known = [...definitions.sources.keys()].join(', ') || 'none';
      throw new FeastError(
        'FEAST_PUSH_SOURCE_REFUSED',
        `there is no push source "${request.pushSource}"; there are: ${known}`,
      );
    }
    const source = compileSource(request.pushSource, definitions);
    await this.#publish(source, pushedEvents(source, request));
  }

  /** @throws FeastError when nothing was written, or when it cannot be read yet. */
  async write(body: unknown): Promise<void> {
    const request = readWriteRequest(body);
    checkRows(request.rows);
    const state = await this.#parts.journal.read();
    const { view } = servedView(state, findServedView(state, request.featureView));
    await this.#publish(view.source, writtenEvents(view, request));
  }

  async #publish(source: SourcePlan, events: readonly PushedEvent[]): Promise<void> {
    const { bus, services, applied } = this.#parts;
    const blueprint = services.blueprints().find((one) => one.source.name === source.name);
    if (!blueprint) {
      throw new FeastError('FEAST_REQUEST_INVALID', `no feature view and no service reads source "${source.name}"`);
    }
    const partitions = await bus.topics.partitions(source.definition.topic);
    const judged: { record: OutgoingRecord; candidate: Candidate }[] = [];
    // All are judged before the first is written: a push that is refused has written nothing.
    for (const [r, event] of events.entries()) judged.push(await this.#judge(blueprint, partitions, event, `df[${r}]`));
    const offsets = await bus.producer().send(judged.map(({ record }) => record));
    const places = judged.map(({ record: { partition }, candidate }, r): PushedPlace => {
      return { partition, offset: offsets[r] ?? -1, candidate };
    });
    const deadlineMs = this.#parts.now() + longestWaitMs;
    await this.#until(deadlineMs, source, () => applied.ofSource(blueprint, places));
    // What the source's owner has applied, it has sent on before.
    const ends = await applied.viewLogEnds(blueprint, places);
    await this.#until(deadlineMs, source, () => applied.ofViews(ends));
  }

  async #judge(
    blueprint: SourceBlueprint,
    partitions: number,
    event: PushedEvent,
    path: string,
  ): Promise<{ record: OutgoingRecord; candidate: Candidate }> {
    const { source } = blueprint;
    const { topic, entity, partitioner } = source.definition;
    const encoded = await this.#rows.recordOf(source, event, path).catch(asFeastError);
    if (!encoded) {
      throw new FeastError(
        'FEAST_REQUEST_INVALID',
        `topic "${topic}" of source "${source.name}" has no schema yet: publish an event to it first`,
      );
    }
    const { row, value } = encoded;
    const partitionOf = partitioners[partitioner ?? 'murmur2'];
    const key = entity === undefined ? null : source.recordKey(String(row[entity]));
    const record = { topic, partition: partitionOf(key ?? value, partitions), key, value };
    const found = readCandidate(
      blueprint,
      { ...record, offset: Number.MAX_SAFE_INTEGER, timestampMs: this.#parts.now(), headers: {} },
      { row, rules: { place: (bytes) => partitionOf(bytes, partitions), maxBytes: this.#parts.maxRecordBytes } },
    );
    if (!('invalid' in found)) return { record, candidate: found };
    throw new FeastError('FEAST_REQUEST_INVALID', `${path}: ${found.invalid}: ${found.message}`);
  }

  async #until(deadlineMs: number, source: SourcePlan, holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) {
      if (this.#parts.now() > deadlineMs) {
        throw new FeastError(
          'FEAST_NOT_YET',
          `the rows are in the log of source "${source.name}" and will count, but were not applied within ${longestWaitMs} ms`,
        );
      }
      await sleep(pollMs);
    }
  }
}

function checkRows(rows: number): void {
  if (rows <= maxRows) return;
  throw new FeastError('FEAST_REQUEST_TOO_LARGE', `${rows} rows: one request may have ${maxRows}, send several`);
}

function asFeastError(error: unknown): never {
  if (error instanceof CodedError && error.code === 'REQUEST_INVALID') {
    throw new FeastError('FEAST_REQUEST_INVALID', error.message, { cause: error });
  }
  throw error;
}
