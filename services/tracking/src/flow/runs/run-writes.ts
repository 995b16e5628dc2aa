import type { RunArtifact, RunDataset, RunEvent, RunMetric, RunModelOutput, RunParam, RunTag } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { AppendCycle } from './append-cycle.ts';
import { hashOfRequest } from './id-of-request.ts';
import { judge, proposalOf, type ParamConflict, type Refusal } from './judge-write.ts';
import type { LiveRuns } from './live-runs.ts';
import type { ExperimentsJournal, RunEvents } from '../ports.ts';
import type { RefusedWrites } from './refused-writes.ts';
import type { Subject } from './run-facts.ts';
import type { RunHead } from './run-head.ts';
import { inactiveExperiment, notFound, oneConflict, refusalError, sameCreation, sameWrite } from './write-refusals.ts';

/** What a write may say of a run or a logged model; what is absent is left as it is. */
export interface Write {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly metrics?: readonly RunMetric[];
  readonly params?: readonly RunParam[];
  readonly tags?: readonly RunTag[];
  readonly datasets?: readonly RunDataset[];
  readonly modelInputs?: readonly string[];
  readonly modelOutputs?: readonly RunModelOutput[];
  readonly artifacts?: readonly RunArtifact[];
}

/** Asked when a write is in the log and counts, before its client hears of it: why it must not, or null. */
export type LastWord = () => Promise<Error | null>;

/** Who writes, and the client's own id of the request when it gives one: a repeat of it changes nothing. */
export interface Author {
  readonly actor: string;
  readonly requestId?: string;
}

export interface WriteOptions extends Author {
  readonly type: 'updated' | 'deleted' | 'restored' | 'purged' | 'logged';
  /** A deleted run takes no writes, except those that say whether it is deleted. */
  readonly mayBeDeleted?: boolean;
  /** How a param that has another value already is refused. */
  readonly conflictText?: (runId: string, conflicts: readonly ParamConflict[]) => string;
  readonly lastWord?: LastWord;
}

export interface RunWritesOptions {
  readonly now: () => number;
  readonly newId: () => string;
}

interface Created {
  readonly subject: Subject;
  readonly id: string;
  readonly experimentId: string;
  readonly write: Write;
  /** What the client said, where the write is more than that: by this a repeat is told from another request. */
  readonly asked?: unknown;
  readonly lastWord?: LastWord;
}

interface Change {
  readonly subject: Subject;
  readonly id: string;
  readonly asked: unknown;
  /** Of the run as it stands, with everything in it that was acknowledged before; may throw. */
  readonly made: Write | ((head: RunHead) => Write);
}

/** How often a write is made anew: each time another one was faster. */
const attempts = 100;

/** The log has another write before this one that it was not made of. */
class OutdatedWrite extends Error {
  readonly refused: Error;

  constructor(refused: Error) {
    super(refused.message);
    this.refused = refused;
  }
}

/**
 * The way of every write: judged by the state that this instance holds, appended in one round trip to the broker, and judged again
 * at the place that the log gave it, by what lies before it. Only then it is acknowledged; an acknowledged write is seen
 * by every later read on every instance. What the log refused is voided before its client hears of it.
 */
export class RunWrites {
  readonly #live: LiveRuns;
  readonly #cycle: AppendCycle;
  readonly #experiments: ExperimentsJournal;
  readonly #refused: RefusedWrites;
  readonly #options: RunWritesOptions;

  constructor(
    parts: {
      readonly live: LiveRuns;
      readonly events: RunEvents;
      readonly experiments: ExperimentsJournal;
      readonly refused: RefusedWrites;
    },
    options: RunWritesOptions,
  ) {
    this.#live = parts.live;
    this.#cycle = new AppendCycle(parts.events, parts.experiments);
    this.#experiments = parts.experiments;
    this.#refused = parts.refused;
    this.#options = options;
  }

  /** The first write of a new run or model. Under a request id that was used before it is the run of that request. */
  async create({ subject, id, experimentId, write, asked, lastWord }: Created, author: Author): Promise<RunHead> {
    const { actor } = author;
    const requestId = author.requestId ?? null;
    const requestHash = requestId === null || asked === undefined ? null : hashOfRequest(asked);
    if (requestId !== null) {
      // The id was made of the request's: it may have been created long ago.
      const first = await this.#live.getBeforeCreation(subject, id);
      if (first !== null) return sameCreation(first, experimentId, requestHash);
    }
    const atMs = this.#options.now();
    const attributes = {
      // What is imported was created when its source says.
      created_time: String(atMs),
      ...write.attributes,
      lifecycle_stage: 'active',
      ...(requestId !== null && { request_id: requestId }),
      ...(requestHash !== null && { request_hash: requestHash }),
    };
    const event = this.#event({
      subject,
      id,
      experimentId,
      type: 'created',
      actor,
      atMs,
      write: { ...write, attributes },
      requestId,
      requestHash,
    });
    const { head, refusal } = await this.#append(event, { needsExperiment: true, lastWord });
    if (refusal === null) return head;
    if (refusal.is === 'repeated') return sameCreation(head, experimentId, requestHash);
    throw refusalError(head, refusal, oneConflict);
  }

  /** A further write; gives the run with the write in it. */
  write(subject: Subject, id: string, write: Write, options: WriteOptions): Promise<RunHead> {
    return this.#write({ subject, id, made: write, asked: write }, options);
  }

  /** A write that is made of the run as it stands, anew when that has changed in what the write follows. */
  async change(change: Change, options: WriteOptions): Promise<RunHead> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#write(change, options);
      } catch (error) {
        if (!(error instanceof OutdatedWrite)) throw error;
        if (attempt === attempts) throw error.refused;
      }
    }
  }

  async #write({ subject, id, made, asked }: Change, options: WriteOptions): Promise<RunHead> {
    const { type, actor, requestId = null, mayBeDeleted = false, conflictText = oneConflict } = options;
    const requestHash = requestId === null ? null : hashOfRequest({ type, asked });
    const isRepeat = (head: RunHead): boolean => requestId !== null && head.answered(requestId) !== undefined;
    const refusalOf = (head: RunHead, { params = [], attributes = {} }: Write): Refusal | null =>
      judge(head, { ...proposalOf({ type, attributes, params, requestId }), changesLifecycle: mayBeDeleted });
    const accepts = (head: RunHead): boolean =>
      typeof made !== 'function' && !isRepeat(head) && refusalOf(head, made) === null && !says(head, made);
    const held = this.#live.held(subject, id);
    // Refused only by what is certain: another instance may have restored the run a moment ago.
    const head = held !== undefined && accepts(held) ? held : await this.#live.get(subject, id);
    if (head === null) throw notFound(subject, id);
    if (requestId !== null && isRepeat(head)) return sameWrite(head, requestId, requestHash);
    const write = typeof made === 'function' ? made(head) : made;
    const refusal = refusalOf(head, write);
    if (refusal !== null) throw refusalError(head, refusal, conflictText);
    const { experimentId } = head;
    const needsExperiment = subject === 'run' && !mayBeDeleted;
    if (says(head, write)) {
      if (needsExperiment) await this.#checkExperiment({ type, subject, id, experimentId });
      return head;
    }
    const params = (write.params ?? []).filter(({ key }) => head.param(key) === undefined);
    const event = this.#event({
      subject,
      id,
      experimentId,
      type,
      actor,
      atMs: this.#options.now(),
      write: { ...write, params },
      requestId,
      requestHash,
    });
    const judged = await this.#append(event, { needsExperiment, lastWord: options.lastWord });
    if (judged.refusal === null) return judged.head;
    const refused = refusalError(judged.head, judged.refusal, conflictText);
    throw judged.refusal.is === 'outdated' ? new OutdatedWrite(refused) : refused;
  }

  /** A write that changes nothing is refused where any other is. */
  async #checkExperiment(write: Parameters<typeof inactiveExperiment>[1]): Promise<void> {
    const { experiments } = await this.#experiments.read();
    const fault = inactiveExperiment(experiments.get(write.experimentId), write);
    if (fault !== null) throw fault;
  }

  async #append(
    event: RunEvent,
    { needsExperiment, lastWord }: { readonly needsExperiment: boolean; readonly lastWord: LastWord | undefined },
  ): Promise<{ head: RunHead; refusal: Refusal | null }> {
    const expected = this.#live.expect(event);
    const { partition, offset, experiments } = await this.#cycle.append(event).catch((error: unknown) => {
      expected.abandon();
      throw error;
    });
    crashPoint('tracking.after-append');
    expected.acknowledged(offset);
    const { head, refusal } = await this.#settled(event, expected.settled);
    const placed = { partition, offset, event };
    if (refusal !== null) {
      crashPoint('tracking.before-void');
      await this.#refused.void(placed);
      return { head, refusal };
    }
    // An experiment that was deleted before this write began is seen to be.
    const inactive = needsExperiment
      ? experiments.then((state) => inactiveExperiment(state.experiments.get(event.experimentId), event))
      : Promise.resolve(null);
    const fault = await inactive.then((found) => found ?? lastWord?.() ?? null).catch((error: unknown) => error);
    if (fault !== null) {
      await this.#refused.void(placed);
      throw fault;
    }
    return { head, refusal };
  }

  async #settled(
    { subject, id }: RunEvent,
    settled: ReturnType<LiveRuns['expect']>['settled'],
  ): Promise<{ head: RunHead; refusal: Refusal | null }> {
    const { head, refusal, offset } = await settled;
    if (head !== null && refusal !== undefined) return { head, refusal };
    // It was not held when the log came to the write: history has judged it.
    const found = await this.#live.get(subject as Subject, id);
    if (found === null) throw notFound(subject as Subject, id);
    return { head: found, refusal: found.refusalAt(offset) ?? null };
  }

  #event(
    about: Pick<RunEvent, 'id' | 'experimentId' | 'type' | 'actor' | 'atMs' | 'requestId' | 'requestHash'> & {
      subject: Subject;
      write: Write;
    },
  ): RunEvent {
    const { write, ...envelope } = about;
    return {
      ...envelope,
      eventId: this.#options.newId(),
      attributes: write.attributes ?? {},
      metrics: write.metrics ?? [],
      params: write.params ?? [],
      tags: write.tags ?? [],
      datasets: write.datasets ?? [],
      modelInputs: write.modelInputs ?? [],
      modelOutputs: write.modelOutputs ?? [],
      artifacts: write.artifacts ?? [],
      voids: [],
    };
  }
}

/** Whether the run has all of it already: there is nothing but params with the values they have. */
function says(head: RunHead, write: Write): boolean {
  return Object.entries(write).every(([name, part]) => {
    if (part === undefined) return true;
    if (name === 'params') return (part as readonly RunParam[]).every(({ key }) => head.param(key) !== undefined);
    return (Array.isArray(part) ? part : Object.keys(part as object)).length === 0;
  });
}
