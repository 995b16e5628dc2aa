import { randomUUID } from 'node:crypto';
import { HttpClient } from './http-client.ts';

/** Keys of entities, with the columns that features need at request time. */
export interface EntityRow {
  readonly entities: Readonly<Record<string, string | number>>;
  readonly request?: Readonly<Record<string, unknown>>;
}

/** A whole event, scored as if it had been appended; nothing is written to its source. */
export interface CandidateEvent {
  readonly event: Readonly<Record<string, unknown>>;
}

export interface Score {
  readonly requestId: string;
  readonly eventId: string;
  readonly endpoint: string;
  readonly status: 'ok' | 'error';
  /** Why there is no score. */
  readonly error: string | null;
  readonly score: number | null;
  readonly model: string;
  readonly modelVersion: string;
  readonly artifactHash: string;
  readonly featureService: string;
  readonly featureServiceVersion: number;
  readonly entities: Readonly<Record<string, string>>;
  readonly evaluatedAt: string;
  readonly scoredAt: string;
  readonly features: Readonly<Record<string, number | string | null>>;
}

/**
 * Scores over HTTP. A repeat under the same request id is answered as the first was, so a call that timed out can be
 * made again with the same body; with another body it is refused. Ids hold no "/".
 */
export class ScoringClient {
  readonly #http: HttpClient;
  readonly #path: string;

  constructor({ gatewayUrl, endpoint }: { readonly gatewayUrl: string; readonly endpoint: string }) {
    this.#http = new HttpClient(gatewayUrl);
    this.#path = `/api/v1/endpoints/${encodeURIComponent(endpoint)}/score`;
  }

  async score(row: EntityRow | CandidateEvent, requestId: string = randomUUID()): Promise<Score> {
    return (await this.#http.post(this.#path, { ...row, requestId })) as Score;
  }

  /** One score a row, in order. A row that the model fails on has its reason in `error`. */
  scoreRows(rows: readonly EntityRow[], requestId: string = randomUUID()): Promise<readonly Score[]> {
    return this.#many({ rows, requestId });
  }

  /** One score an event, in order; the events do not see one another. */
  scoreEvents(events: readonly CandidateEvent['event'][], requestId: string = randomUUID()): Promise<readonly Score[]> {
    return this.#many({ events, requestId });
  }

  async #many(body: object): Promise<readonly Score[]> {
    return ((await this.#http.post(this.#path, body)) as { predictions: readonly Score[] }).predictions;
  }
}
