import type { Readable } from 'node:stream';
import { HttpProblem } from '../http-client.ts';
import type { HttpConnection } from './http-connection.ts';
import type { ImportReport } from './import-report.ts';
import type { LoggedModel, ModelVersion, Point, RegisteredModel, Run, SourceExperiment } from './mlflow-entities.ts';
import { pagesOf } from './pages-of.ts';

const api = '/api/2.0/mlflow';
const pointsPage = 10_000;

export interface StoredFile {
  readonly path: string;
  readonly hash: string;
  readonly sizeBytes: number;
}

/** The platform that is imported into: MLflow's own calls, and ours for what has to keep its id, number and times. */
export class MillraceTarget {
  readonly #http: HttpConnection;
  readonly #report: ImportReport;

  constructor(http: HttpConnection, report: ImportReport) {
    this.#http = http;
    this.#report = report;
  }

  get url(): string {
    return this.#http.url;
  }

  async experiment(name: string): Promise<SourceExperiment | null> {
    const query = new URLSearchParams({ experiment_name: name });
    return (
      (await this.#find<{ experiment: SourceExperiment }>(`experiments/get-by-name?${query.toString()}`))?.experiment ??
      null
    );
  }

  async run(runId: string): Promise<Run | null> {
    return (await this.#find<{ run: Run }>(`runs/get?run_id=${runId}`))?.run ?? null;
  }

  async loggedModel(modelId: string): Promise<LoggedModel | null> {
    const found = await this.#find<{ model: LoggedModel }>(`logged-models/${modelId}?allow_deleted=true`);
    return found?.model ?? null;
  }

  async model(name: string): Promise<RegisteredModel | null> {
    const query = new URLSearchParams({ name });
    const found = await this.#find<{ registered_model: RegisteredModel }>(`registered-models/get?${query.toString()}`);
    return found?.registered_model ?? null;
  }

  async version(name: string, version: string): Promise<ModelVersion | null> {
    const query = new URLSearchParams({ name, version });
    return (
      (await this.#find<{ model_version: ModelVersion }>(`model-versions/get?${query.toString()}`))?.model_version ??
      null
    );
  }

  points(runId: string, key: string): AsyncGenerator<Point> {
    return pagesOf(async ({ page_token: token }) => {
      const query = new URLSearchParams({
        run_id: runId,
        metric_key: key,
        max_results: String(pointsPage),
        ...(token !== undefined && { page_token: token }),
      });
      const page = await this.#http.json<{ metrics?: Point[]; next_page_token?: string }>(
        'GET',
        `${api}/metrics/get-history?${query.toString()}`,
      );
      return { items: page.metrics, token: page.next_page_token };
    });
  }

  /** Every file at an address, with the hash of its content. */
  async files(uri: string): Promise<readonly StoredFile[]> {
    const query = new URLSearchParams({ uri });
    return (await this.#http.json<{ files: StoredFile[] }>('GET', `/api/v1/artifacts/resolve?${query.toString()}`))
      .files;
  }

  /** A change by one of MLflow's own calls. */
  async change<T>(method: string, path: string, body: unknown): Promise<T> {
    const answer = await this.#http.json<T>(method, `${api}/${path}`, body);
    this.#report.changes += 1;
    return answer;
  }

  /** What is begun under the id, number and times that it has at the source. */
  async begin<T>(
    kind: 'experiments' | 'runs' | 'logged-models' | 'registered-models' | 'model-versions',
    body: unknown,
  ) {
    const answer = await this.#http.json<T>('POST', `/api/v1/import/${kind}`, body);
    this.#report.changes += 1;
    return answer;
  }

  async putFile(artifactUri: string, path: string, content: Readable, sizeBytes: number | undefined): Promise<void> {
    await this.#http.send(filePath(artifactUri, path), content, sizeBytes);
    this.#report.changes += 1;
  }

  async removeFile(artifactUri: string, path: string): Promise<void> {
    await this.#http.json('DELETE', filePath(artifactUri, path));
  }

  async #find<T>(path: string): Promise<T | null> {
    try {
      return await this.#http.json<T>('GET', `${api}/${path}`);
    } catch (error) {
      if (error instanceof HttpProblem && error.status === 404) return null;
      throw error;
    }
  }
}

function filePath(artifactUri: string, path: string): string {
  const root = artifactUri.replace(/^mlflow-artifacts:\/*/, '');
  return `/api/2.0/mlflow-artifacts/artifacts/${`${root}/${path}`.split('/').map(encodeURIComponent).join('/')}`;
}
