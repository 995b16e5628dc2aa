import { ClientError } from '../client-error.ts';
import { HttpProblem } from '../http-client.ts';
import type { HttpConnection } from './http-connection.ts';
import type {
  ListedFile,
  LoggedModel,
  ModelVersion,
  Point,
  RegisteredModel,
  Run,
  SourceExperiment,
} from './mlflow-entities.ts';
import { runIdOf } from './mlflow-entities.ts';
import { pagesOf } from './pages-of.ts';
import { SourceTraces } from './traces/source-traces.ts';

const api = '/api/2.0/mlflow';
const pageSizes = {
  experiments: 200,
  runs: 200,
  models: 100,
  versions: 1000,
  points: 10_000,
  loggedModels: 50,
} as const;
const promptFilter = "tags.`mlflow.prompt.is_prompt` = 'true'";

/** Files of a run, a logged model or a trace at the source. */
export interface SourceFiles {
  list(): AsyncGenerator<ListedFile>;
  open(path: string): ReturnType<HttpConnection['open']>;
}

/** An MLflow server that is read. What it is too old for is null. */
export class MlflowSource {
  readonly #http: HttpConnection;

  constructor(http: HttpConnection) {
    this.#http = http;
  }

  get url(): string {
    return this.#http.url;
  }

  /** Its version; refuses what is no MLflow server, or lets nobody in. */
  async check(): Promise<string> {
    try {
      await this.#http.json('POST', `${api}/experiments/search`, { max_results: 1 });
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      throw refusedSource(this.url, error);
    }
    try {
      return String(await this.#http.json<unknown>('GET', '/version'));
    } catch (error) {
      if (error instanceof HttpProblem) return 'of an unknown version';
      throw error;
    }
  }

  experiments(): AsyncGenerator<SourceExperiment> {
    return pagesOf(async (token) => {
      const asked = { max_results: pageSizes.experiments, view_type: 'ALL', ...token };
      const page = await this.#post<{ experiments?: SourceExperiment[]; next_page_token?: string }>(
        'experiments/search',
        asked,
      );
      return { items: page.experiments, token: page.next_page_token };
    });
  }

  /** In pages, for they are copied side by side. */
  runs(experimentId: string): AsyncGenerator<Run> {
    return pagesOf(async (token) => {
      const asked = { experiment_ids: [experimentId], run_view_type: 'ALL', max_results: pageSizes.runs, ...token };
      const page = await this.#post<{ runs?: Run[]; next_page_token?: string }>('runs/search', asked);
      return { items: page.runs, token: page.next_page_token };
    });
  }

  points(runId: string, key: string): AsyncGenerator<Point> {
    return pagesOf(async ({ page_token: token }) => {
      const asked = { run_id: runId, run_uuid: runId, metric_key: key, max_results: String(pageSizes.points) };
      const query = new URLSearchParams({ ...asked, ...(token !== undefined && { page_token: token }) });
      const page = await this.#get<{ metrics?: Point[]; next_page_token?: string }>(
        `metrics/get-history?${query.toString()}`,
      );
      return { items: page.metrics, token: page.next_page_token };
    });
  }

  async *loggedModels(experimentId: string): AsyncGenerator<LoggedModel> {
    yield* pagesOf(async (token) => {
      const asked = { experiment_ids: [experimentId], max_results: pageSizes.loggedModels, ...token };
      const page = await this.#post<{ models?: LoggedModel[]; next_page_token?: string }>(
        'logged-models/search',
        asked,
      );
      return { items: page.models, token: page.next_page_token };
    });
  }

  /** Whether it knows logged models, which MLflow 2 does not. */
  async hasLoggedModels(): Promise<boolean> {
    try {
      await this.#post('logged-models/search', { experiment_ids: ['0'], max_results: 1 });
      return true;
    } catch (error) {
      if (error instanceof HttpProblem && (error.status === 404 || error.status === 405)) return false;
      throw error;
    }
  }

  /** Null when it is older than traces, which came with 2.14. */
  traces(): Promise<SourceTraces | null> {
    return SourceTraces.of(this.#http);
  }

  filesOfRun(run: Run): SourceFiles {
    const runId = runIdOf(run);
    return {
      list: () =>
        this.#walk((path, token) => {
          const query = new URLSearchParams({ run_id: runId, run_uuid: runId, ...withPath('path', path), ...token });
          return this.#get(`artifacts/list?${query.toString()}`);
        }),
      open: (path) =>
        this.#http.open(`/get-artifact?${new URLSearchParams({ run_id: runId, run_uuid: runId, path }).toString()}`),
    };
  }

  filesOfModel(modelId: string): SourceFiles {
    const base = `logged-models/${encodeURIComponent(modelId)}/artifacts`;
    return {
      list: () =>
        this.#walk((path, token) => {
          const query = new URLSearchParams({ ...withPath('artifact_directory_path', path), ...token });
          return this.#get(`${base}/directories?${query.toString()}`);
        }),
      // The pages' route: the only one that gives files wherever they are stored.
      open: (path) =>
        this.#http.open(
          `/ajax-api/2.0/mlflow/${base}/files?${new URLSearchParams({ artifact_file_path: path }).toString()}`,
        ),
    };
  }

  /** Prompts are among them: they are registered models that searches leave out unless they are asked for. */
  async *registeredModels(): AsyncGenerator<RegisteredModel> {
    for (const filter of [undefined, promptFilter]) {
      const names = pagesOf(async ({ page_token: token }) => {
        const query = new URLSearchParams({
          max_results: String(pageSizes.models),
          ...(filter !== undefined && { filter }),
          ...(token !== undefined && { page_token: token }),
        });
        const page = await this.#get<{ registered_models?: RegisteredModel[]; next_page_token?: string }>(
          `registered-models/search?${query.toString()}`,
        );
        return { items: page.registered_models, token: page.next_page_token };
      });
      for await (const { name } of names) {
        const query = new URLSearchParams({ name });
        yield (await this.#get<{ registered_model: RegisteredModel }>(`registered-models/get?${query.toString()}`))
          .registered_model;
      }
    }
  }

  /** In ascending order of their numbers. */
  async versions(name: string, isPrompt: boolean): Promise<ModelVersion[]> {
    const quoted = name.includes("'") ? `"${name}"` : `'${name}'`;
    const filter = `name=${quoted}${isPrompt ? ` AND ${promptFilter}` : ''}`;
    const found: ModelVersion[] = [];
    const pages = pagesOf(async ({ page_token: token }) => {
      const query = new URLSearchParams({
        filter,
        max_results: String(pageSizes.versions),
        ...(token !== undefined && { page_token: token }),
      });
      const page = await this.#get<{ model_versions?: ModelVersion[]; next_page_token?: string }>(
        `model-versions/search?${query.toString()}`,
      );
      return { items: page.model_versions, token: page.next_page_token };
    });
    for await (const version of pages) found.push(version);
    return found.sort((a, b) => Number(a.version) - Number(b.version));
  }

  async *#walk(
    list: (path: string, token: { page_token?: string }) => Promise<{ files?: ListedFile[]; next_page_token?: string }>,
  ): AsyncGenerator<ListedFile> {
    const folders = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const path = folder;
      const files = pagesOf(async (token) => {
        const page = await list(path, token);
        return { items: page.files, token: page.next_page_token };
      });
      for await (const file of files) {
        if (file.is_dir) folders.push(file.path);
        else yield file;
      }
    }
  }

  #get<T>(path: string): Promise<T> {
    return this.#http.json<T>('GET', `${api}/${path}`);
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    return this.#http.json<T>('POST', `${api}/${path}`, body);
  }
}

function withPath(name: string, path: string): Readonly<Record<string, string>> {
  return path === '' ? {} : { [name]: path };
}

function refusedSource(url: string, error: HttpProblem): Error {
  if (error.status === 401 || error.status === 403) {
    return new ClientError(
      'CLIENT_IMPORT_NOT_PERMITTED',
      `${url} does not let us in (${error.status}): set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, of a user who may read everything`,
      { cause: error },
    );
  }
  if (error.status !== 404 && error.status !== 405) return error;
  return new ClientError(
    'CLIENT_IMPORT_SOURCE_INVALID',
    `${url} is no MLflow server of version 2 or newer: it answers ${error.status} to ${api}/experiments/search`,
    { cause: error },
  );
}
