import { authorizationOf } from '@millrace/people';
import { UnavailableError } from '@millrace/service-kit';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface ServiceHttpOptions {
  /** What an outage is called, for example `features`. */
  readonly service: string;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  /** What this service proves itself with to the other one. */
  readonly serviceToken?: string | undefined;
}

interface ServiceRequest extends Pick<RequestInit, 'method' | 'body'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Statuses with which a server or a gateway before it says that it is not there now. */
const outages = new Set([429, 502, 503, 504]);

/** Calls of one other service. A service that is away is a transient error; any other status is the caller's to judge. */
export class ServiceHttp {
  readonly #options: ServiceHttpOptions;

  constructor(options: ServiceHttpOptions) {
    this.#options = options;
  }

  get(path: string): Promise<HttpAnswer> {
    return this.#fetch(path, { method: 'GET' });
  }

  post(path: string, body: unknown): Promise<HttpAnswer> {
    return this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /**
   * The body stops being read above `maxBytes`; what is longer comes back as null. A large file may take its time: the
   * limit is on the silence between two pieces.
   */
  async download(path: string, maxBytes: number): Promise<HttpAnswer | null> {
    const silence = new AbortController();
    const { timeoutMs } = this.#options;
    const timer = setTimeout(() => silence.abort(new Error(`silent for ${timeoutMs} ms`)), timeoutMs);
    try {
      return await this.#use(path, async () => {
        const headers = authorizationOf(this.#options.serviceToken);
        const response = await fetch(this.#url(path), { headers, signal: silence.signal, redirect: 'error' });
        const chunks: Uint8Array[] = [];
        let size = 0;
        for await (const chunk of response.body ?? []) {
          timer.refresh();
          size += chunk.byteLength;
          if (size > maxBytes) return null;
          chunks.push(chunk);
        }
        return this.#checked(path, { status: response.status, body: Buffer.concat(chunks) });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #fetch(path: string, init: ServiceRequest): Promise<HttpAnswer> {
    return this.#use(path, async () => {
      const signal = AbortSignal.timeout(this.#options.timeoutMs);
      const headers = { ...init.headers, ...authorizationOf(this.#options.serviceToken) };
      const response = await fetch(this.#url(path), { ...init, headers, signal, redirect: 'error' });
      return this.#checked(path, { status: response.status, body: Buffer.from(await response.arrayBuffer()) });
    });
  }

  #url(path: string): string {
    return this.#options.baseUrl + path;
  }

  #checked(path: string, answer: HttpAnswer): HttpAnswer {
    if (!outages.has(answer.status)) return answer;
    throw this.#unavailable(`answered ${answer.status} to ${path}`);
  }

  async #use<T>(path: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw this.#unavailable(`did not answer ${path}: ${cause}`, error);
    }
  }

  #unavailable(what: string, cause?: unknown): UnavailableError {
    const { service } = this.#options;
    return new UnavailableError(`INFERENCE_${service.toUpperCase()}_UNAVAILABLE`, `the ${service} service ${what}`, {
      cause,
    });
  }
}
