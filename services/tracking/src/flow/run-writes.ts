import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import type { RunArtifact, RunDataset, RunEvent, RunMetric, RunModelOutput, RunParam, RunTag } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import type { LiveRuns } from './live-runs.ts';
import type { RunEvents } from './ports.ts';
import type { Subject } from './run-facts.ts';
import type { RunHead } from './run-head.ts';

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

export interface WriteOptions {
  readonly type: 'updated' | 'deleted' | 'restored' | 'logged';
  readonly actor: string;
  /** A deleted run takes no writes, except the one that restores it. */
  readonly mayBeDeleted?: boolean;
}

export interface RunWritesOptions {
  readonly now: () => number;
  readonly newId: () => string;
}

/**
 * The way of every write: checked against the state of this moment, appended, and where the order decides (params) judged
 * by what the log says afterwards. An acknowledged write is seen by every later read on every instance.
 */
export class RunWrites {
  readonly #live: LiveRuns;
  readonly #events: RunEvents;
  readonly #options: RunWritesOptions;

  constructor(live: LiveRuns, events: RunEvents, options: RunWritesOptions) {
    this.#live = live;
    this.#events = events;
    this.#options = options;
  }

  /** The first write of a new run or model. */
  async create(
    created: { subject: Subject; id: string; experimentId: string; write: Write },
    actor: string,
  ): Promise<RunHead> {
    const { subject, id, experimentId, write } = created;
    const atMs = this.#options.now();
    const attributes = { ...write.attributes, lifecycle_stage: 'active', created_time: String(atMs) };
    const event = this.#event({
      subject,
      id,
      experimentId,
      type: 'created',
      actor,
      atMs,
      write: { ...write, attributes },
    });
    const { offset } = await this.#events.append(event);
    return this.#found(await this.#live.getAfter(subject, id, offset), subject, id);
  }

  /** A further write; gives the state that it was checked against. */
  async write(subject: Subject, id: string, write: Write, options: WriteOptions): Promise<RunHead> {
    const head = this.#found(await this.#live.get(subject, id), subject, id);
    if (head.isDeleted && options.mayBeDeleted !== true) {
      throw invalidParameter(`The ${subject} ${id} must be in the 'active' state. Current state is deleted.`);
    }
    const params = newParams(head, write.params ?? []);
    const rest = { ...write, params };
    if (isEmpty(rest)) return head;
    const { experimentId } = head;
    const { type, actor } = options;
    const atMs = this.#options.now();
    const { offset } = await this.#events.append(
      this.#event({ subject, id, experimentId, type, actor, atMs, write: rest }),
    );
    crashPoint('tracking.after-append');
    // Two writers may have given one param two values at once: the log has said whose came first.
    if (params.length > 0) newParams(this.#found(await this.#live.getAfter(subject, id, offset), subject, id), params);
    return head;
  }

  #found(head: RunHead | null, subject: Subject, id: string): RunHead {
    if (head === null) throw notFound(subject, id);
    return head;
  }

  #event(
    about: Pick<RunEvent, 'id' | 'experimentId' | 'type' | 'actor' | 'atMs'> & { subject: Subject; write: Write },
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
    };
  }
}

export function notFound(subject: Subject, id: string): Error {
  return doesNotExist(subject === 'run' ? `Run with id=${id} not found` : `Logged model with ID '${id}' not found.`);
}

/** Params that the run does not have; another value for one that it has is refused. */
function newParams(head: RunHead, params: readonly RunParam[]): RunParam[] {
  return params.filter(({ key, value }) => {
    const held = head.param(key);
    if (held !== undefined && held.text !== value) {
      throw invalidParameter(
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${held.text}' for run ID='${head.id}'. Attempted logging new value '${value}'.`,
      );
    }
    return held === undefined;
  });
}

function isEmpty(write: Write): boolean {
  return Object.values(write).every(
    (part) => part === undefined || (Array.isArray(part) ? part : Object.keys(part as object)).length === 0,
  );
}
