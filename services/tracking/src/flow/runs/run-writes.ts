import type { RunArtifact, RunDataset, RunEvent, RunMetric, RunModelOutput, RunParam, RunTag } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { AppendCycle } from './append-cycle.ts';
import { judge, type ParamConflict, type Refusal } from './judge-write.ts';
import type { LiveRuns } from './live-runs.ts';
import type { ExperimentsJournal, RunEvents } from '../ports.ts';
import type { RefusedWrites } from './refused-writes.ts';
import type { Subject } from './run-facts.ts';
import type { RunHead } from './run-head.ts';
import { inactiveExperiment, notFound, oneConflict, refusalError, sameRequest } from './write-refusals.ts';

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
  async create({ subject, id, experimentId, write }: Created, { actor, requestId }: Author): Promise<RunHead> {
    if (requestId !== undefined) {
      // The id was made of the request's: it may have been created long ago.
      const first = await this.#live.getBeforeCreation(subject, id);
      if (first !== null) return sameRequest(first, experimentId);
    }
    const atMs = this.#options.now();
    const attributes = {
      // What is imported was created when its source says.
      created_time: String(atMs),
      ...write.attributes,
      lifecycle_stage: 'active',
      ...(requestId !== undefined && { request_id: requestId }),
    };
    const event = this.#event({
      subject,
      id,
      experimentId,
      type: 'created',
      actor,
      atMs,
      write: { ...write, attributes },
      requestId: requestId ?? null,
    });
    const { head, refusal } = await this.#append(event, { needsExperiment: true });
    if (refusal === null) return head;
    if (refusal.is === 'repeated') return sameRequest(head, experimentId);
    throw refusalError(head, refusal, oneConflict);
  }

  /** A further write; gives the run with the write in it. */
  async write(subject: Subject, id: string, write: Write, options: WriteOptions): Promise<RunHead> {
    const { type, actor, requestId, mayBeDeleted = false, conflictText = oneConflict } = options;
    const held = this.#live.held(subject, id);
    const proposal = {
      creates: false,
      changesLifecycle: mayBeDeleted,
      purges: type === 'purged',
      params: write.params ?? [],
      requestId: requestId ?? null,
    };
    const accepts = (head: RunHead): boolean => judge(head, proposal) === null && !says(head, write, requestId);
    let head = held !== undefined && accepts(held) ? held : await this.#live.get(subject, id);
    // Refused only by what is certain: another instance may have restored the run a moment ago.
    if (head === null) throw notFound(subject, id);
    const refusal = judge(head, proposal);
    if (refusal !== null) throw refusalError(head, refusal, conflictText);
    const { experimentId } = head;
    const needsExperiment = subject === 'run' && !mayBeDeleted;
    if (says(head, write, requestId)) {
      if (needsExperiment) await this.#checkExperiment({ type, subject, id, experimentId });
      return head;
    }
    const known = head;
    const params = (write.params ?? []).filter(({ key }) => known.param(key) === undefined);
    const event = this.#event({
      subject,
      id,
      experimentId,
      type,
      actor,
      atMs: this.#options.now(),
      write: { ...write, params },
      requestId: requestId ?? null,
    });
    const judged = await this.#append(event, { needsExperiment });
    head = judged.head;
    if (judged.refusal !== null) throw refusalError(head, judged.refusal, conflictText);
    return head;
  }

  /** A write that changes nothing is refused where any other is. */
  async #checkExperiment(write: Parameters<typeof inactiveExperiment>[1]): Promise<void> {
    const { experiments } = await this.#experiments.read();
    const fault = inactiveExperiment(experiments.get(write.experimentId), write);
    if (fault !== null) throw fault;
  }

  async #append(
    event: RunEvent,
    { needsExperiment }: { readonly needsExperiment: boolean },
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
    } else if (needsExperiment) {
      // An experiment that was deleted before this write began is seen to be.
      const fault = await experiments.then(
        (state) => inactiveExperiment(state.experiments.get(event.experimentId), event),
        (error: unknown) => error,
      );
      if (fault !== null) {
        await this.#refused.void(placed);
        throw fault;
      }
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
    about: Pick<RunEvent, 'id' | 'experimentId' | 'type' | 'actor' | 'atMs' | 'requestId'> & {
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

/** Whether the run has all of it already: the request was done, or there is nothing but params with the values they have. */
function says(head: RunHead, write: Write, requestId: string | undefined): boolean {
  if (requestId !== undefined && head.hasAnswered(requestId)) return true;
  return Object.entries(write).every(([name, part]) => {
    if (part === undefined) return true;
    if (name === 'params') return (part as readonly RunParam[]).every(({ key }) => head.param(key) !== undefined);
    return (Array.isArray(part) ? part : Object.keys(part as object)).length === 0;
  });
}
