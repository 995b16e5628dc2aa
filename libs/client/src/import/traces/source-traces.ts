import { text } from 'node:stream/consumers';
import { HttpProblem } from '../../http-client.ts';
import type { HttpConnection } from '../http-connection.ts';
import type { SourceFiles } from '../mlflow-source.ts';
import { pagesOf } from '../pages-of.ts';
import { parseExactly, type SourceSpan } from './otlp-of-spans.ts';
import { infoOfV2, type TraceInfo, type TraceInfoV2 } from './trace-entities.ts';

const api3 = '/api/3.0/mlflow/traces';
const api2 = '/api/2.0/mlflow/traces';
const pageSize = 500;
const spansFile = 'traces.json';
const attachmentsFolder = 'attachments';

type Search<T> = { readonly traces?: readonly T[]; readonly next_page_token?: string };

/** Traces of an MLflow server, by the newest API that it has. */
export class SourceTraces {
  readonly #http: HttpConnection;
  readonly #api: typeof api3 | typeof api2;

  private constructor(http: HttpConnection, api: typeof api3 | typeof api2) {
    this.#http = http;
    this.#api = api;
  }

  /** Null when the server is older than traces. */
  static async of(http: HttpConnection): Promise<SourceTraces | null> {
    for (const api of [api3, api2] as const) {
      const traces = new SourceTraces(http, api);
      try {
        await traces.#page('0', { filter: '', maxResults: 1 });
        return traces;
      } catch (error) {
        if (!(error instanceof HttpProblem) || (error.status !== 404 && error.status !== 405)) throw error;
      }
    }
    return null;
  }

  /** Whether traces can belong to runs in which they were not made. */
  get knowsLinks(): boolean {
    return this.#api === api3;
  }

  all(experimentId: string): AsyncGenerator<TraceInfo> {
    return this.#search(experimentId, '');
  }

  ofRun(experimentId: string, runId: string): AsyncGenerator<TraceInfo> {
    return this.#search(experimentId, `attribute.run_id = '${runId}'`);
  }

  /** Those that the server keeps itself; of a trace that has not ended those that have come so far. */
  async spans(traceId: string): Promise<readonly SourceSpan[]> {
    const query = new URLSearchParams({ trace_id: traceId, allow_partial: 'true' });
    const answer = await text(await this.#http.open(`${api3}/get?${query.toString()}`));
    return (parseExactly(answer) as { trace?: { spans?: SourceSpan[] } }).trace?.spans ?? [];
  }

  /** Spans that are a file, in the form of the client that wrote it. */
  async spansAsFile(traceId: string): Promise<unknown> {
    return parseExactly(await text(await this.#http.open(artifactPath({ request_id: traceId }))));
  }

  files(traceId: string, has: { readonly spans: boolean; readonly attachments: readonly string[] }): SourceFiles {
    return {
      // As a generator of the same kind as those that ask a server.
      async *list() {
        if (has.spans) yield await Promise.resolve({ path: spansFile });
        for (const id of has.attachments) yield { path: `${attachmentsFolder}/${id}` };
      },
      open: (path) => {
        const [, id] = path.split('/');
        return this.#http.open(artifactPath({ request_id: traceId, ...(id !== undefined && { path: id }) }));
      },
    };
  }

  #search(experimentId: string, filter: string): AsyncGenerator<TraceInfo> {
    return pagesOf(({ page_token: pageToken }) =>
      this.#page(experimentId, { filter, maxResults: pageSize, ...(pageToken !== undefined && { pageToken }) }),
    );
  }

  async #page(
    experimentId: string,
    { filter, maxResults, pageToken }: { filter: string; maxResults: number; pageToken?: string },
  ): Promise<{ items: readonly TraceInfo[]; token: string | undefined }> {
    const token = pageToken === undefined ? {} : { page_token: pageToken };
    if (this.#api === api3) {
      const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }];
      const asked = { locations, filter, max_results: maxResults, ...token };
      const page = await this.#http.json<Search<TraceInfo>>('POST', `${api3}/search`, asked);
      return { items: page.traces ?? [], token: page.next_page_token };
    }
    const asked = { experiment_ids: experimentId, filter, max_results: String(maxResults), ...token };
    const query = new URLSearchParams(asked).toString();
    const page = await this.#http.json<Search<TraceInfoV2>>('GET', `${api2}?${query}`);
    return { items: (page.traces ?? []).map(infoOfV2), token: page.next_page_token };
  }
}

/** The pages' route, as for files of logged models: the only one that gives them wherever they are stored. */
function artifactPath(query: Readonly<Record<string, string>>): string {
  return `/ajax-api/2.0/mlflow/get-trace-artifact?${new URLSearchParams(query).toString()}`;
}
