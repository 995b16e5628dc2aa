import { invalidParameter } from '@millrace/mlflow-protocol';
import type { RunMetric, RunParam } from '@millrace/schemas';
import { runNameTag } from './create-run.ts';
import { following } from './judge-write.ts';
import type { RunHead } from './run-head.ts';
import type { Author, RunWrites, Write, WriteOptions } from './run-writes.ts';
import { allConflicts } from './write-refusals.ts';

export interface LogBatch {
  readonly metrics: readonly RunMetric[];
  readonly params: readonly RunParam[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

const modelHistoryTag = 'mlflow.log-model.history';

/** Metrics, params and tags of a run; points that measure a logged model are written to it as well. */
export class LogToRun {
  readonly #writes: RunWrites;

  constructor(writes: RunWrites) {
    this.#writes = writes;
  }

  async run(runId: string, batch: LogBatch, author: Author): Promise<void> {
    await this.#log(runId, batch, { type: 'logged', ...author, conflictText: allConflicts });
  }

  async param(runId: string, param: RunParam, author: Author): Promise<void> {
    await this.#log(runId, { metrics: [], params: [param], tags: [] }, { type: 'logged', ...author });
  }

  async #log(runId: string, batch: LogBatch, options: WriteOptions): Promise<void> {
    // The tag and the name of a run are one thing.
    const name = batch.tags.findLast(({ key }) => key === runNameTag)?.value;
    const attributes = name ? { name } : {};
    await this.#writes.write('run', runId, { ...batch, attributes }, options);
    // After the run: a crash in between makes the client send both again, and points that are equal count once.
    for (const [modelId, points] of Map.groupBy(batch.metrics, (point) => point.modelId ?? '')) {
      if (modelId === '') continue;
      const metrics = points.map((point) => ({ ...point, runId }));
      await this.#writes.write('logged-model', modelId, { metrics }, options);
    }
  }

  /**
   * Adds a model's description, JSON in JSON, to the tag in which clients look for the models of a run. Made anew when another
   * has added to it meanwhile, on whichever instance: the log takes only what follows the value that it was made of.
   */
  async addToHistory(runId: string, modelJson: string, author: Author): Promise<void> {
    const model = parseObject(modelJson);
    const made = (head: RunHead): Write => {
      const value = JSON.stringify([...parseList(head.tag(modelHistoryTag)), model]);
      return { tags: [{ key: modelHistoryTag, value }], attributes: following(head, modelHistoryTag) };
    };
    const change = { subject: 'run' as const, id: runId, asked: { logModel: model }, made };
    await this.#writes.change(change, { type: 'logged', ...author });
  }
}

function parseList(text: string | undefined): unknown[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function parseObject(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Worded below, as for any other text that describes no model.
  }
  throw invalidParameter("Malformed model info. 'model_json' is not a JSON object.");
}
