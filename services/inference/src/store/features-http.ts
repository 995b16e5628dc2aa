import { CodedError } from '@millrace/service-kit';
import type { Fault } from '@millrace/service-kit';
import { z } from 'zod';
import type { EntityRow, FeatureServices, RequestedVectors } from '../flow/ports.ts';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import type { HttpAnswer, ServiceHttp } from './service-http.ts';

const described = z.object({
  featureService: z.string(),
  version: z.number().int(),
  featureNames: z.array(z.string()),
  types: z.array(z.string()),
});

const vectors = described.extend({
  vectors: z.array(
    z.object({
      entities: z.record(z.string(), z.coerce.string()),
      eventTimeMs: z.number(),
      numbers: z.array(z.number().nullable()),
      strings: z.array(z.string().nullable()),
    }),
  ),
});

const problem = z.object({
  code: z.string(),
  detail: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** The features service over its public HTTP API. */
export class FeaturesHttp implements FeatureServices {
  readonly #http: ServiceHttp;

  constructor(http: ServiceHttp) {
    this.#http = http;
  }

  async describe(name: string, version: number | null): Promise<FeatureSignature | null> {
    const query = version === null ? '' : `?version=${version}`;
    const answer = await this.#http.get(`/api/v1/feature-services/${encodeURIComponent(name)}${query}`);
    if (answer.status === 404) return null;
    return toSignature(parsed(described, answer));
  }

  async read(
    service: { readonly name: string; readonly version: number },
    rows: readonly EntityRow[],
    atMs: number | null,
  ): Promise<RequestedVectors> {
    const answer = await this.#http.post('/api/v1/online-features', {
      featureService: service.name,
      version: service.version,
      entities: rows.map((row) => row.entities),
      ...(rows.some((row) => row.request !== undefined) && { request: rows.map((row) => row.request ?? {}) }),
      ...(atMs !== null && { at: new Date(atMs).toISOString() }),
    });
    return toVectors(answer);
  }

  async readCandidates(
    service: { readonly name: string; readonly version: number },
    events: readonly Readonly<Record<string, unknown>>[],
  ): Promise<RequestedVectors> {
    const path = `/api/v1/feature-services/${encodeURIComponent(service.name)}/candidate`;
    return toVectors(await this.#http.post(path, { events, version: service.version }));
  }
}

function toVectors(answer: HttpAnswer): RequestedVectors {
  const found = parsed(vectors, answer);
  return {
    signature: toSignature(found),
    vectors: found.vectors.map((vector) => ({
      ...vector,
      numbers: vector.numbers.map((value) => value ?? Number.NaN),
    })),
  };
}

function toSignature(found: z.output<typeof described>): FeatureSignature {
  return {
    featureService: found.featureService,
    featureServiceVersion: found.version,
    features: found.featureNames.map((name, index) => ({ name, type: found.types[index] ?? 'double' })),
  };
}

/** What the caller got wrong is told with the faults that the features service found; else the answer is read. */
function parsed<S extends z.ZodType>(schema: S, answer: HttpAnswer): z.output<S> {
  const body = json(answer.body);
  if (answer.status >= 400 && answer.status < 500) throw rejected(body, answer.status);
  const read = schema.safeParse(body);
  if (answer.status < 300 && read.success) return read.data;
  throw new Error(`the features service answered ${answer.status}: ${answer.body.toString('utf8', 0, 300)}`);
}

function rejected(body: unknown, status: number): CodedError {
  const read = problem.safeParse(body);
  const faults: readonly Fault[] = read.success ? read.data.faults : [];
  const detail = read.success ? read.data.detail : `status ${status}`;
  return new CodedError('INFERENCE_FEATURES_REJECTED', `the features service refused the request: ${detail}`, {
    faults,
  });
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
