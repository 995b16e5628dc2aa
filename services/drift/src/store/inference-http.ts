import { authorizationOf } from '@millrace/people';
import { UnavailableError } from '@millrace/service-kit';
import { z } from 'zod';
import type { PredictionSample, ReferenceScorer, ScoredVectors, VectorsOf } from '../flow/ports.ts';

const scored = z.object({ modelVersion: z.string(), scores: z.array(z.number().nullable()) });
const described = z.object({ features: z.array(z.object({ name: z.string() })) });
const problem = z.object({ detail: z.string() });
/** What inference takes in one request: rows, and values below the size of a body. */
const BATCH_ROWS = 500;
const BATCH_VALUES = 30_000;
const TIMEOUT_MS = 10_000;

/** What inference tells of an endpoint, and its model's scores of a reference: there any failure is an answer, for features do not wait. */
export class InferenceHttp implements ReferenceScorer {
  readonly #baseUrl: string;
  readonly #identity: Readonly<Record<string, string>>;

  constructor(baseUrl: string, serviceToken: string | undefined) {
    this.#baseUrl = baseUrl;
    this.#identity = authorizationOf(serviceToken);
  }

  /** Null when there is no such endpoint. */
  async featuresOf(endpoint: string): Promise<string[] | null> {
    const url = `${this.#baseUrl}/api/v1/endpoints/${encodeURIComponent(endpoint)}`;
    let response: Response;
    try {
      response = await fetch(url, {
        headers: this.#identity,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
    } catch (cause) {
      throw new UnavailableError('DRIFT_INFERENCE_UNAVAILABLE', `the inference service did not answer ${url}`, {
        cause,
      });
    }
    if (response.status === 404) return null;
    const body = described.safeParse(response.ok ? await response.json() : null);
    if (body.success) return body.data.features.map((feature) => feature.name);
    throw new UnavailableError(
      'DRIFT_INFERENCE_UNAVAILABLE',
      `the inference service answered ${response.status} to ${url}, and not with an endpoint`,
    );
  }

  async score(endpoint: string, service: VectorsOf, vectors: PredictionSample): Promise<ScoredVectors> {
    const scores = new Float64Array(vectors.failed.length).fill(Number.NaN);
    let version: string | null = null;
    const batchRows = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_VALUES / Math.max(1, vectors.columns.length))));
    for (let from = 0; from < scores.length; from += batchRows) {
      const rows = vectorRows(vectors, from, Math.min(from + batchRows, scores.length));
      const answer = await this.#batch(endpoint, { ...asked(service), vectors: rows });
      if (typeof answer === 'string') return { ok: false, reason: answer };
      version ??= answer.modelVersion;
      if (version !== answer.modelVersion) {
        return { ok: false, reason: `endpoint "${endpoint}" changed its model while the reference was scored` };
      }
      answer.scores.forEach((score, i) => {
        scores[from + i] = score ?? Number.NaN;
      });
    }
    if (version === null) return { ok: false, reason: 'the reference holds no vector' };
    return { ok: true, modelVersion: version, scores };
  }

  async #batch(endpoint: string, body: object): Promise<z.output<typeof scored> | string> {
    const url = `${this.#baseUrl}/api/v1/endpoints/${encodeURIComponent(endpoint)}/score-vectors`;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#identity },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      const answer: unknown = await response.json();
      const parsed = scored.safeParse(answer);
      if (response.ok && parsed.success) return parsed.data;
      const said = problem.safeParse(answer);
      return `the vectors of the reference could not be scored: ${said.success ? said.data.detail : `inference answered ${response.status}`}`;
    } catch {
      return 'the vectors of the reference could not be scored: the inference service did not answer';
    }
  }
}

function asked({ featureService, version }: VectorsOf): object {
  return { featureService, featureServiceVersion: version };
}

/** JSON has no NaN: a missing number is null. */
function vectorRows({ columns }: PredictionSample, from: number, to: number): object[] {
  const rows = Array.from({ length: to - from }, () => ({
    numbers: [] as (number | null)[],
    strings: [] as (string | null)[],
  }));
  for (const column of columns) {
    rows.forEach((row, i) => {
      if (column.kind === 'string') row.strings.push(column.values[from + i] ?? null);
      else {
        const value = column.values[from + i] ?? Number.NaN;
        row.numbers.push(Number.isFinite(value) ? value : null);
      }
    });
  }
  return rows;
}
