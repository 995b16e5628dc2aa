import { doesNotExist } from '@millrace/mlflow-protocol';
import type { TraceEvent } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import type { LiveTraces } from './live-traces.ts';
import type { TraceEvents } from './ports.ts';
import type { WritePosition } from './trace-facts.ts';
import type { TraceHead } from './trace-head.ts';

/** A write with what it says; what is absent is left as it is. */
export type TraceWrite = Pick<TraceEvent, 'traceId' | 'experimentId'> & {
  readonly type: 'started' | 'ended' | 'exported' | 'tagged' | 'assessed' | 'linked' | 'deleted';
} & Partial<Omit<TraceEvent, 'traceId' | 'experimentId' | 'type' | 'eventId' | 'atMs' | 'actor' | 'requestId'>>;

/** Who writes, and the client's own id of the request when it gives one. */
export interface Author {
  readonly actor: string;
  readonly requestId?: string;
}

export interface TraceWritesOptions {
  readonly now: () => number;
  readonly newId: () => string;
}

/** The way of every write: appended, and with that seen by every later read on every instance. */
export class TraceWrites {
  readonly #live: LiveTraces;
  readonly #events: TraceEvents;
  readonly #options: TraceWritesOptions;

  constructor(live: LiveTraces, events: TraceEvents, options: TraceWritesOptions) {
    this.#live = live;
    this.#events = events;
    this.#options = options;
  }

  /** The trace as it stands, for a write that changes it. */
  async existing(traceId: string): Promise<TraceHead> {
    const head = await this.#live.get(traceId);
    if (head === null) throw traceNotFound(traceId);
    return head;
  }

  async write(writes: readonly TraceWrite[], author: Author): Promise<WritePosition[]> {
    const positions = await this.#events.append(writes.map((write) => this.#event(write, author)));
    crashPoint('tracking.after-trace-append');
    return positions;
  }

  #event(write: TraceWrite, { actor, requestId }: Author): TraceEvent {
    return {
      attributes: {},
      metadata: {},
      tags: [],
      assessments: [],
      runIds: [],
      promptVersions: [],
      resource: {},
      spans: [],
      ...write,
      eventId: this.#options.newId(),
      atMs: this.#options.now(),
      actor,
      requestId: requestId ?? null,
    };
  }
}

export function traceNotFound(traceId: string): Error {
  return doesNotExist(`Trace with ID '${traceId}' not found.`);
}
