import { checkEntityKey, checkLength, doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { notFound } from '../runs/write-refusals.ts';
import type { LiveTraces } from './live-traces.ts';
import type { KnownRuns } from './ports.ts';
import type { Author, TraceWrites } from './trace-writes.ts';

const maxTagKeyLength = 250;
const maxTagValueLength = 8000;
const maxLinks = 100;
/** What tells where a trace's spans lie: a client that changed it would lose them. */
const ownTags: readonly string[] = [
  'mlflow.trace.spansLocation',
  'mlflow.trace.archiveLocation',
  'mlflow.trace.archivalFailure',
];

/** Tags of traces and their links to runs and prompts. */
export class ChangeTraces {
  readonly #live: Pick<LiveTraces, 'getAll'>;
  readonly #runs: KnownRuns;
  readonly #writes: Pick<TraceWrites, 'existing' | 'write'>;

  constructor(live: Pick<LiveTraces, 'getAll'>, runs: KnownRuns, writes: Pick<TraceWrites, 'existing' | 'write'>) {
    this.#live = live;
    this.#runs = runs;
    this.#writes = writes;
  }

  async setTag(traceId: string, { key, value }: { key: string; value: string }, author: Author): Promise<void> {
    checkMutable(key, 'set');
    checkEntityKey(key, 'key');
    checkLength(key, { path: 'key', max: maxTagKeyLength });
    const { experimentId } = (await this.#writes.existing(traceId)).info;
    const tags = [{ key, value: value.slice(0, maxTagValueLength) }];
    await this.#writes.write([{ type: 'tagged', traceId, experimentId, tags }], author);
  }

  async deleteTag(traceId: string, key: string, author: Author): Promise<void> {
    checkMutable(key, 'deleted');
    const head = await this.#writes.existing(traceId);
    if (head.tag(key) === undefined)
      throw doesNotExist(`No trace tag with key '${key}' for trace with ID '${traceId}'`);
    const { experimentId } = head.info;
    await this.#writes.write([{ type: 'tagged', traceId, experimentId, tags: [{ key, value: null }] }], author);
  }

  /**
   * Of a trace that is not there yet the link counts from when it comes: clients export in the background, and what they link
   * meanwhile may be here first. Until then it lies where the run does.
   */
  async linkToRun(traceIds: readonly string[], runId: string, author: Author): Promise<void> {
    if (traceIds.length > maxLinks) {
      throw invalidParameter(
        `Cannot link more than ${maxLinks} traces to a run in a single request. Provided ${traceIds.length} traces.`,
      );
    }
    const experimentOfRun = await this.#runs.experimentOf(runId);
    if (experimentOfRun === null) throw notFound('run', runId);
    const known = await this.#live.getAll(traceIds);
    const experiments = new Map(known.map(({ traceId, info: { experimentId } }) => [traceId, experimentId]));
    const writes = [...new Set(traceIds)].map((traceId) => ({
      type: 'linked' as const,
      traceId,
      experimentId: experiments.get(traceId) ?? experimentOfRun,
      runIds: [runId],
    }));
    await this.#writes.write(writes, author);
  }

  async linkPrompts(traceId: string, promptVersions: readonly string[], author: Author): Promise<void> {
    const { experimentId } = (await this.#writes.existing(traceId)).info;
    await this.#writes.write([{ type: 'linked', traceId, experimentId, promptVersions: [...promptVersions] }], author);
  }
}

function checkMutable(key: string, operation: 'set' | 'deleted'): void {
  if (ownTags.includes(key)) throw invalidParameter(`Tag '${key}' is immutable and cannot be ${operation} on a trace.`);
}
