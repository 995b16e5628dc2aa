import type { Fault } from './coded-error.ts';
import { isTransient } from './coded-error.ts';

/** RFC 9457 problem document with a stable code and every fault of the request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly retryAfterSeconds?: number;
}

/** What each code of a service means in HTTP: the one place where codes become statuses. */
export type ProblemStatuses = Readonly<Record<string, number>>;

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Not acceptable as it stands',
  429: 'Too many requests',
  500: 'Fault of the service',
  501: 'Not supported',
  503: 'Not available now',
};

/** Codes that end alike mean the same in every service; a service's own table comes before these. */
const statusBySuffix: readonly (readonly [suffix: string, status: number])[] = [
  ['_NOT_FOUND', 404],
  ['_UNKNOWN', 404],
  ['_INVALID', 400],
  ['_CONFLICT', 409],
  ['_EXISTS', 409],
  ['_MALFORMED', 400],
  ['_TOO_LARGE', 413],
  ['_REFUSED', 422],
  ['_NOT_PERMITTED', 403],
  ['_UNAVAILABLE', 503],
];

/** Faults of the libraries underneath are ours, whatever their codes end with; a service may list one in its table. */
const libraryCode = /^(CLICKHOUSE|EVENTS|ONLINE_STORE)_/;

/** Those that are the caller's doing in every service. */
const statusOfLibraryCode: ProblemStatuses = { EVENTS_COMMAND_TOO_LARGE: 413 };

const frameworkCodes: Readonly<Record<number, string>> = {
  400: 'REQUEST_MALFORMED',
  404: 'ROUTE_NOT_FOUND',
  413: 'REQUEST_BODY_TOO_LARGE',
  415: 'REQUEST_MEDIA_TYPE_UNSUPPORTED',
};

const defaultRetryAfterSeconds = 2;

/** What an error means to the caller. Only a fault of ours becomes a 500, and then without its inner text. */
export function problemOf(error: unknown, statuses: ProblemStatuses): Problem {
  const code = stringField(error, 'code');
  if (isTransient(error)) {
    const retryAfterSeconds = numberField(error, 'retryAfterSeconds') ?? defaultRetryAfterSeconds;
    return { ...describe(503, ownCode(code) ?? 'DEPENDENCY_UNAVAILABLE', error.message, []), retryAfterSeconds };
  }
  const mapped = code === undefined ? undefined : statusOf(code, statuses);
  if (error instanceof Error && code !== undefined && mapped !== undefined) {
    const problem = describe(mapped, code, error.message, faultsOf(error));
    return mapped === 503 ? { ...problem, retryAfterSeconds: defaultRetryAfterSeconds } : problem;
  }
  const framework = numberField(error, 'statusCode') ?? numberField(error, 'status');
  if (error instanceof Error && framework !== undefined && framework >= 400 && framework < 500) {
    return describe(framework, frameworkCodes[framework] ?? `HTTP_${framework}`, error.message, []);
  }
  return describe(500, 'INTERNAL_FAULT', 'the service failed; its log has the cause', []);
}

function describe(status: number, code: string, detail: string, faults: readonly Fault[]): Problem {
  return { type: `urn:millrace:problem:${code}`, title: titles[status] ?? 'Problem', status, code, detail, faults };
}

function statusOf(code: string, statuses: ProblemStatuses): number | undefined {
  const listed = statuses[code] ?? statusOfLibraryCode[code];
  if (listed !== undefined) return listed;
  if (ownCode(code) === undefined || libraryCode.test(code)) return undefined;
  return statusBySuffix.find(([suffix]) => code.endsWith(suffix))?.[1];
}

/** Node's and Fastify's own codes (`ECONNREFUSED`, `FST_ERR_…`) say nothing to a caller. */
function ownCode(code: string | undefined): string | undefined {
  return code !== undefined && /^[A-Z]+(_[A-Z0-9]+)+$/.test(code) && !/^(FST|ERR)_/.test(code) ? code : undefined;
}

function faultsOf(error: Error): readonly Fault[] {
  return 'faults' in error && Array.isArray(error.faults) ? (error.faults as Fault[]) : [];
}

function stringField(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

function numberField(value: unknown, name: string): number | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'number' ? field : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
