import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient, HttpProblem, inTheNameOf } from '@millrace/client';
import { patient, type Patience } from './patient.ts';

/** Who did it, in every audit trail. */
export const demoActor = 'demo';

/** Positions of the features service in a source, by partition. */
interface SourceStatus {
  readonly consumer: {
    readonly partitions: readonly {
      readonly partition: number;
      readonly position: number;
      readonly highWatermark: number;
    }[];
  } | null;
}

export interface EndpointStatus {
  readonly state: 'active' | 'loading' | 'inactive';
  readonly reason: string | null;
  readonly active: { readonly version: string } | null;
  readonly lastRefusal: { readonly version: string; readonly reason: string } | null;
}

export interface Alert {
  readonly rule: string;
  readonly window: { readonly start: string };
  readonly message: string;
}

export interface Report {
  readonly window: { readonly start: string };
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly psi: number | null }[];
  readonly quality: { readonly rows: number; readonly accuracy: number | null; readonly auc: number | null } | null;
}

/**
 * What the demo asks of the platform over HTTP, all through the gateway, in its own name. A service that is away is waited for; all that
 * is posted may be posted again.
 */
export class PlatformApi {
  readonly url: string;
  readonly #http: HttpClient;
  readonly #patience: Patience;

  constructor(url: string, patience: Patience) {
    this.url = url;
    this.#http = new HttpClient(url, inTheNameOf(demoActor));
    this.#patience = patience;
  }

  #get(path: string): Promise<unknown> {
    return patient(this.#patience, () => this.#http.get(path));
  }

  async #post(path: string, body: object): Promise<void> {
    await patient(this.#patience, () => this.#http.post(path, body));
  }

  async apply(definitions: readonly object[]): Promise<void> {
    await this.#post('/api/v1/definitions', { definitions });
  }

  /** Records of a source that the features service has not handled yet, null where its consumer does not show all of them. */
  async unread(source: string, endOffsets: readonly number[]): Promise<number | null> {
    const { consumer } = (await this.#get(`/api/v1/sources/${encodeURIComponent(source)}`)) as SourceStatus;
    if (consumer === null || consumer.partitions.length < endOffsets.length) return null;
    return consumer.partitions.reduce(
      (sum, { partition, position }) => sum + Math.max(0, (endOffsets[partition] ?? 0) - position),
      0,
    );
  }

  /** Version that the alias names, null when there is no such model or alias. */
  async aliasedVersion(model: string, alias: string): Promise<string | null> {
    const query = new URLSearchParams({ name: model, alias });
    const found = await orNone(this.#get(`/api/2.0/mlflow/registered-models/alias?${query.toString()}`));
    return found === null ? null : (found as { model_version: { version: string } }).model_version.version;
  }

  async createEndpoint(endpoint: object): Promise<void> {
    await this.#post('/api/v1/endpoints', endpoint);
  }

  async endpoint(name: string): Promise<EndpointStatus> {
    return (await this.#get(`/api/v1/endpoints/${encodeURIComponent(name)}`)) as EndpointStatus;
  }

  async createMonitor(monitor: object): Promise<void> {
    await this.#post('/api/v1/drift/monitors', monitor);
  }

  async alerts(endpoint: string): Promise<Alert[]> {
    const found = await this.#get(`/api/v1/drift/alerts?endpoint=${encodeURIComponent(endpoint)}&limit=1000`);
    return (found as { alerts: Alert[] }).alerts;
  }

  async reports(endpoint: string): Promise<Report[]> {
    const found = await this.#get(`/api/v1/drift/reports?endpoint=${encodeURIComponent(endpoint)}&limit=1000`);
    return (found as { reports: Report[] }).reports;
  }
}

async function orNone(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isNone(error)) return null;
    throw error;
  }
}

/** MLflow answers 404 where there is no such model, and 400 where the model has no such alias. */
export function isNone(error: unknown): boolean {
  if (!(error instanceof HttpProblem)) return false;
  return error.status === 404 || (error.status === 400 && error.code === 'INVALID_PARAMETER_VALUE');
}

export interface Wait {
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Asks until there is an answer; fails with what was waited for. An outage in which an answer is long in coming is not counted. */
export async function waitUntil<T>(
  { what, timeoutMs, everyMs, signal }: Wait,
  ask: () => Promise<T | null>,
): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (waitedMs >= timeoutMs) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await sleep(everyMs, undefined, { signal });
  }
}
