import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { HttpProblem } from '../http-client.ts';
import type { HttpConnection } from './http-connection.ts';
import type { ImportReport } from './import-report.ts';
import type { LoggedModel, ModelVersion, Point, RegisteredModel, Run, SourceExperiment } from './mlflow-entities.ts';
import { pagesOf } from './pages-of.ts';
import { parseExactly, type SourceSpan } from './traces/otlp-of-spans.ts';
import type { TraceInfo } from './traces/trace-entities.ts';

const api = '/api/2.0/mlflow';
const traces = '/api/3.0/mlflow/traces';
const pointsPage = 10_000;
const tracesPage = 500;

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

  async trace(traceId: string): Promise<TraceInfo | null> {
    const found = await this.#found<{ trace: { trace_info: TraceInfo } }>(`${traces}/${encodeURIComponent(traceId)}`);
    return found?.trace.trace_info ?? null;
  }

  async spans(traceId: string): Promise<readonly SourceSpan[]> {
    const query = new URLSearchParams({ trace_id: traceId, allow_partial: 'true' });
    const answer = await text(await this.#http.open(`${traces}/get?${query.toString()}`));
    return (parseExactly(answer) as { trace: { spans?: SourceSpan[] } }).trace.spans ?? [];
  }

  async tracesOfRun(experimentId: string, runId: string): Promise<ReadonlySet<string>> {
    const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }];
    const asked = { locations, filter: `attribute.run_id = '${runId}'`, max_results: tracesPage };
    const found = new Set<string>();
    const pages = pagesOf(async (token) => {
      const page = await this.#http.json<{ traces?: TraceInfo[]; next_page_token?: string }>(
        'POST',
        `${traces}/search`,
        { ...asked, ...token },
      );
      return { items: page.traces, token: page.next_page_token };
    });
    for await (const { trace_id: traceId } of pages) found.add(traceId);
    return found;
  }

  /** Spans in OpenTelemetry's JSON; those that are here already stay as they are. */
  async exportSpans(experimentId: string, request: object): Promise<void> {
    await this.#http.json('POST', '/v1/traces', request, { 'x-mlflow-experiment-id': experimentId });
    this.#report.changes += 1;
  }

  /** Says something of a trace, which begins by it if it is not here. */
  async startTrace(experimentId: string, info: Omit<TraceInfo, 'trace_location'>): Promise<TraceInfo> {
    const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } };
    const body = { trace: { trace_info: { ...info, trace_location: location } } };
    const answer = await this.#http.json<{ trace: { trace_info: TraceInfo } }>('POST', traces, body);
    this.#report.changes += 1;
    return answer.trace.trace_info;
  }

  async linkTraces(runId: string, traceIds: readonly string[]): Promise<void> {
    await this.change('POST', 'traces/link-to-run', { run_id: runId, trace_ids: traceIds });
  }

  /** Every file at an address, with the hash of its content: of a trace that has none the address is nobody's. */
  async files(uri: string): Promise<readonly StoredFile[]> {
    const query = new URLSearchParams({ uri });
    const found = await this.#found<{ files: StoredFile[] }>(`/api/v1/artifacts/resolve?${query.toString()}`);
    return found?.files ?? [];
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

  #find<T>(path: string): Promise<T | null> {
    return this.#found<T>(`${api}/${path}`);
  }

  async #found<T>(path: string): Promise<T | null> {
    try {
      return await this.#http.json<T>('GET', path);
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
