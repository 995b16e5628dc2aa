import { invalidParameter } from '@millrace/mlflow-protocol';
import type { LiveTraces } from './live-traces.ts';
import type { TraceHistory } from './ports.ts';
import type { Author, TraceWrites } from './trace-writes.ts';

export interface Deletion {
  readonly experimentId: string;
  readonly traceIds: readonly string[];
  readonly maxTimestampMs: number | undefined;
  readonly maxTraces: number | undefined;
}

/** Beyond this many a client that asks for all of them asks again. */
const mostAtOnce = 100_000;
const writesAtOnce = 500;

/** Deletes traces of one experiment, those that are named or the oldest up to a time. */
export class DeleteTraces {
  readonly #live: LiveTraces;
  readonly #history: TraceHistory;
  readonly #writes: TraceWrites;

  constructor(live: LiveTraces, history: TraceHistory, writes: TraceWrites) {
    this.#live = live;
    this.#history = history;
    this.#writes = writes;
  }

  /** How many were deleted. */
  async run(deletion: Deletion, author: Author): Promise<number> {
    check(deletion);
    const { experimentId } = deletion;
    const traceIds = deletion.traceIds.length > 0 ? await this.#named(deletion) : await this.#oldest(deletion);
    for (let from = 0; from < traceIds.length; from += writesAtOnce) {
      const part = traceIds.slice(from, from + writesAtOnce);
      await this.#writes.write(
        part.map((traceId) => ({ type: 'deleted', traceId, experimentId })),
        author,
      );
    }
    return traceIds.length;
  }

  async #named({ experimentId, traceIds }: Deletion): Promise<string[]> {
    const heads = await this.#live.getAll(traceIds);
    return heads.flatMap((head) => (head.info.experimentId === experimentId ? [head.traceId] : []));
  }

  async #oldest({ experimentId, maxTimestampMs = 0, maxTraces = mostAtOnce }: Deletion): Promise<string[]> {
    const until = {
      field: { on: 'attribute', name: 'request_time' },
      comparator: '<=',
      value: maxTimestampMs,
    } as const;
    return this.#history.search({
      experimentIds: [experimentId],
      filter: { kind: 'comparison', clause: until },
      order: [{ field: until.field, descending: false }],
      moment: await this.#live.storedMoment(),
      limit: Math.min(maxTraces, mostAtOnce),
      offset: 0,
    });
  }
}

function check({ traceIds, maxTimestampMs, maxTraces }: Deletion): void {
  if (maxTimestampMs === undefined && traceIds.length === 0)
    throw invalidParameter('Either `max_timestamp_millis` or `trace_ids` must be specified.');
  if (maxTimestampMs !== undefined && traceIds.length > 0)
    throw invalidParameter('Only one of `max_timestamp_millis` and `trace_ids` can be specified.');
  if (traceIds.length > 0 && maxTraces !== undefined)
    throw invalidParameter("`max_traces` can't be specified if `trace_ids` is specified.");
  if (maxTraces !== undefined && maxTraces <= 0)
    throw invalidParameter(`\`max_traces\` must be a positive integer, received ${maxTraces}.`);
}
