import { ClientError } from './client-error.ts';
import type { Environment } from './connect/platform-environment.ts';

export interface ProblemFault {
  readonly path: string;
  readonly message: string;
}

/** What a service answered when it did not do what was asked. */
export class HttpProblem extends ClientError {
  readonly status: number;
  readonly faults: readonly ProblemFault[];

  constructor(status: number, code: string, detail: string, faults: readonly ProblemFault[]) {
    super(code, detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.faults = faults;
  }
}

/** Headers by which every service knows who asks: the audit trail says who did what. An API key says it for sure. */
export function inTheNameOf(actor: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${actor}:`).toString('base64')}`, 'x-millrace-actor': actor };
}

/** Headers that prove who asks where people have to sign in: the API key in MILLRACE_GATEWAY_TOKEN. Without one nothing is proven. */
export function provenBy(env: Environment): Readonly<Record<string, string>> {
  const key = env['MILLRACE_GATEWAY_TOKEN'];
  return key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` };
}

const timeoutMs = 120_000;

/** JSON over HTTP to the gateway, with the API key of the environment; a problem document becomes an HttpProblem. */
export class HttpClient {
  readonly #baseUrl: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(baseUrl: string, headers: Readonly<Record<string, string>> = {}) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#headers = { ...headers, ...provenBy(process.env) };
  }

  get(path: string): Promise<unknown> {
    return this.#send('GET', path);
  }

  post(path: string, body: unknown): Promise<unknown> {
    return this.#send('POST', path, body);
  }

  delete(path: string): Promise<unknown> {
    return this.#send('DELETE', path);
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const url = `${this.#baseUrl}${path}`;
    const response = await this.#fetch(url, method, body);
    const text = await response.text();
    const json = parse(text);
    if (response.ok) return json;
    throw problemOf(response.status, json, `${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  }

  async #fetch(url: string, method: string, body: unknown): Promise<Response> {
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...this.#headers,
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await fetch(url, { method, headers, signal, ...(body !== undefined && { body: JSON.stringify(body) }) });
    } catch (cause) {
      const late = signal.aborted ? ` within ${timeoutMs / 1000} s` : '';
      throw new ClientError(
        'CLIENT_UNREACHABLE',
        `${url} does not answer${late}: is the platform running ("npm start")? Another address is set by MILLRACE_GATEWAY_URL`,
        { cause },
      );
    }
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Of our own services (`code`, `detail`, `faults`) or of MLflow's protocol (`error_code`, `message`). */
export function problemOf(status: number, json: unknown, fallback: string): HttpProblem {
  const problem = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const code = problem['code'] ?? problem['error_code'];
  const detail = problem['detail'] ?? problem['message'];
  return new HttpProblem(
    status,
    typeof code === 'string' ? code : `HTTP_${status}`,
    typeof detail === 'string' ? detail : fallback,
    Array.isArray(problem['faults']) ? (problem['faults'] as ProblemFault[]) : [],
  );
}
