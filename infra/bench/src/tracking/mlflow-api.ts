import type { HttpAnswer } from './http-answer.ts';
import { LeanConnection } from './lean-connection.ts';

const root = '/api/2.0/mlflow';

export const paths = {
  createExperiment: `${root}/experiments/create`,
  createRun: `${root}/runs/create`,
  logBatch: `${root}/runs/log-batch`,
  logMetric: `${root}/runs/log-metric`,
  searchRuns: `${root}/runs/search`,
  history: (runId: string, key: string): string =>
    `${root}/metrics/get-history?run_id=${runId}&run_uuid=${runId}&metric_key=${key}`,
};

export interface FoundRun {
  readonly info: { readonly run_id: string };
  readonly data: { readonly params?: readonly { readonly key: string; readonly value: string }[] };
}

/** The calls that all three servers know. */
export class MlflowApi {
  readonly #connection: LeanConnection;

  constructor(connection: LeanConnection) {
    this.#connection = connection;
  }

  static async to<T>(url: string, work: (api: MlflowApi) => Promise<T>): Promise<T> {
    const connection = new LeanConnection(url);
    try {
      return await work(new MlflowApi(connection));
    } finally {
      connection.close();
    }
  }

  async createExperiment(name: string): Promise<string> {
    return ((await this.#post(paths.createExperiment, { name })) as { experiment_id: string }).experiment_id;
  }

  async createRun(experimentId: string, startTimeMs: number): Promise<string> {
    return runIdIn(await this.#connection.post(paths.createRun, runBody(experimentId, startTimeMs)));
  }

  async logBatch(runId: string, batch: object): Promise<void> {
    await this.#post(paths.logBatch, { run_id: runId, run_uuid: runId, ...batch });
  }

  /** How many points of a metric are stored. */
  async countPoints(runId: string, key: string): Promise<number> {
    return countOf(okBody(await this.#connection.get(paths.history(runId, key))), pointMark);
  }

  /** Ids of all runs of an experiment, page by page. */
  async runIds(experimentId: string): Promise<string[]> {
    const ids: string[] = [];
    for (let token: string | undefined = ''; token !== undefined;) {
      const page = (await this.#post(paths.searchRuns, {
        experiment_ids: [experimentId],
        max_results: 2_000,
        ...(token !== '' && { page_token: token }),
      })) as { runs?: FoundRun[]; next_page_token?: string };
      ids.push(...(page.runs ?? []).map(({ info }) => info.run_id));
      token = page.next_page_token || undefined;
    }
    return ids;
  }

  async #post(path: string, body: object): Promise<unknown> {
    return JSON.parse(okBody(await this.#connection.post(path, JSON.stringify(body))).toString());
  }
}

export function runBody(experimentId: string, startTimeMs: number): string {
  return `{"experiment_id":"${experimentId}","user_id":"bench","run_name":"r${startTimeMs}","start_time":${startTimeMs}}`;
}

/** Stands once in the answer for each run. */
export const runMark = Buffer.from('"lifecycle_stage"');
/** Stands once in the answer for each point of a metric. */
export const pointMark = Buffer.from('"timestamp"');

export function countOf(body: Buffer, mark: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

export function okBody({ status, body }: HttpAnswer): Buffer {
  if (status !== 200) throw new Error(`answered ${status}: ${body.toString().slice(0, 300)}`);
  return body;
}

const runIdPattern = /"run_id": ?"([0-9a-f]{32})"/;

export function runIdIn(answer: HttpAnswer): string {
  const id = runIdPattern.exec(okBody(answer).toString('latin1'))?.[1];
  if (id === undefined) throw new Error(`there is no run id in ${answer.body.toString().slice(0, 300)}`);
  return id;
}
