import { randomUUID } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../client-error.ts';
import { problemOf } from '../http-client.ts';
import type { TlsSettings } from './mlflow-credentials.ts';

export interface ConnectionOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: TlsSettings;
  /** Gives every change a name of its own, so that a repeat of it counts once. */
  readonly namesRequests?: true;
  readonly signal: AbortSignal;
  /** What is said when the server cannot be reached. */
  readonly unreachable: (url: string, cause: Error) => string;
}

const attempts = 4;
const firstWaitMs = 250;
const longestWaitMs = 10_000;
const idleMs = 120_000;
const mostConnections = 32;
/** What passes by itself: too many requests, a proxy without its server, a server that starts. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * One server over HTTP: JSON, and files as streams in either direction. What passes by itself is tried again, changes too:
 * those of an import can all be repeated.
 */
export class HttpConnection {
  readonly url: string;
  readonly #options: ConnectionOptions;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(url: string, options: ConnectionOptions) {
    this.url = url.replace(/\/+$/, '');
    this.#options = options;
    const pool = { keepAlive: true, maxSockets: mostConnections };
    this.#agent = this.url.startsWith('https:') ? new HttpsAgent({ ...pool, ...options.tls }) : new HttpAgent(pool);
  }

  async json<T>(method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<T> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const key = this.#options.namesRequests && method !== 'GET' ? { 'idempotency-key': randomUUID() } : {};
    const headers = {
      accept: 'application/json',
      ...more,
      ...key,
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
      }),
    };
    return this.#again(async () => {
      const answer = await this.#exchange({ method, path, headers }, (request) => request.end(payload));
      const answered = await this.#heard(path, text(answer));
      const json = parsed(answered);
      if (isDone(answer)) return json as T;
      throw problemOf(answer.statusCode ?? 0, json, this.#said(method, path, answer, answered));
    });
  }

  /** The bytes of a file, as they come. */
  open(path: string): Promise<IncomingMessage> {
    return this.#again(async () => {
      const answer = await this.#exchange({ method: 'GET', path, headers: {} }, (request) => request.end());
      if (isDone(answer)) return answer;
      const said = await this.#heard(path, text(answer));
      throw problemOf(answer.statusCode ?? 0, parsed(said), this.#said('GET', path, answer, said));
    });
  }

  /** Sends a file once: a stream cannot be sent again. */
  async send(path: string, content: Readable, sizeBytes: number | undefined): Promise<void> {
    const headers = {
      'content-type': 'application/octet-stream',
      ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
    };
    let sent: Promise<void> = Promise.resolve();
    const answer = await this.#exchange({ method: 'PUT', path, headers }, (request) => {
      sent = pipeline(content, request);
      // Told below; a refusal may come before all is sent.
      sent.catch(() => undefined);
    });
    const said = await this.#heard(path, text(answer));
    if (!isDone(answer)) throw problemOf(answer.statusCode ?? 0, parsed(said), this.#said('PUT', path, answer, said));
    await sent;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #again<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask();
      } catch (error) {
        if (attempt === attempts || !passes(error)) throw error;
        const waitMs = Math.min(firstWaitMs * 4 ** (attempt - 1), longestWaitMs);
        await sleep(waitMs, undefined, { signal: this.#options.signal });
      }
    }
  }

  #exchange(
    { method, path, headers }: { method: string; path: string; headers: Readonly<Record<string, string>> },
    begin: (request: ReturnType<typeof httpRequest>) => void,
  ): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options: RequestOptions = {
      method,
      headers: { ...this.#options.headers, ...headers },
      agent: this.#agent,
      signal: this.#options.signal,
      timeout: idleMs,
    };
    const address = new URL(this.url + path);
    const request = (address.protocol === 'https:' ? httpsRequest : httpRequest)(address, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`nothing came within ${idleMs / 1000} s`)));
    request.on('error', (error) => reject(this.#lost(error)));
    begin(request);
    return promise;
  }

  async #heard<T>(path: string, reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      throw this.#lost(error instanceof Error ? error : new Error(`${path}: ${String(error)}`));
    }
  }

  #lost(cause: Error): Error {
    const { signal, unreachable } = this.#options;
    if (signal.aborted) return cause;
    return new ClientError('CLIENT_UNREACHABLE', unreachable(this.url, cause), { cause });
  }

  #said(method: string, path: string, { statusCode }: IncomingMessage, answered: string): string {
    return `${method} ${this.url}${path} answered ${statusCode}: ${answered.slice(0, 300)}`;
  }
}

function isDone({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function passes(error: unknown): boolean {
  if (error instanceof ClientError && error.code === 'CLIENT_UNREACHABLE') return true;
  return typeof error === 'object' && error !== null && 'status' in error && passing.has(Number(error.status));
}

function parsed(answered: string): unknown {
  try {
    return answered === '' ? null : JSON.parse(answered);
  } catch {
    return answered;
  }
}
