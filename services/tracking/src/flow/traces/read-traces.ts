import { doesNotExist } from '@millrace/mlflow-protocol';
import type { LiveTraces } from './live-traces.ts';
import type { PlacedSpan } from './trace-facts.ts';
import type { TraceHead, TraceInfo } from './trace-head.ts';
import { traceNotFound } from './trace-writes.ts';

export interface WholeTrace {
  readonly info: TraceInfo;
  readonly spans: readonly PlacedSpan[];
}

const sizeStats = 'mlflow.trace.sizeStats';

/** Traces by their ids, with every write that was acknowledged before. */
export class ReadTraces {
  readonly #live: LiveTraces;

  constructor(live: LiveTraces) {
    this.#live = live;
  }

  async whole(traceId: string, { allowPartial }: { readonly allowPartial: boolean }): Promise<WholeTrace> {
    const head = await this.#live.get(traceId);
    if (head === null) throw doesNotExist(`Trace with ID ${traceId} is not found.`);
    if (!allowPartial && !isComplete(head)) {
      throw doesNotExist(`Trace with ID ${traceId} is not fully exported yet, please try again later.`);
    }
    return head;
  }

  /** Those that are there and of which all spans have arrived, in the order of the ids. */
  async complete(traceIds: readonly string[], experimentIds?: readonly string[]): Promise<WholeTrace[]> {
    return (await this.#heads(traceIds, experimentIds)).filter(isComplete);
  }

  async info(traceId: string): Promise<TraceInfo> {
    const head = await this.#live.get(traceId);
    if (head === null) throw traceNotFound(traceId);
    return head.info;
  }

  async infos(traceIds: readonly string[], experimentIds?: readonly string[]): Promise<TraceInfo[]> {
    return (await this.#heads(traceIds, experimentIds)).map(({ info }) => info);
  }

  async #heads(traceIds: readonly string[], experimentIds?: readonly string[]): Promise<TraceHead[]> {
    const heads = await this.#live.getAll(traceIds);
    return heads.filter(({ info }) => experimentIds === undefined || experimentIds.includes(info.experimentId));
  }
}

/** A client says with a trace how many spans it sent for it. */
function isComplete({ info, spans }: TraceHead): boolean {
  const said = info.metadata.get(sizeStats);
  return spans.length > 0 && spans.length >= (said === undefined ? 0 : spansSaid(said));
}

function spansSaid(json: string): number {
  try {
    const stats = JSON.parse(json) as { readonly num_spans?: unknown } | null;
    return typeof stats?.num_spans === 'number' ? stats.num_spans : 0;
  } catch {
    return 0;
  }
}
