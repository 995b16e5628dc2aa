import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { COMPATIBILITY, SchemaRegistry as ConfluentRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { EventsError, TransientError } from './errors.ts';
import type { SchemaRegistryConfig } from './events-config.ts';

export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface StoredSchema {
  readonly schema: string;
  /** AVRO when absent. */
  readonly schemaType?: string;
  readonly references?: readonly SchemaReference[];
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const requestTimeoutMs = 10_000;
const maxAnswerBytes = 4 * 1024 * 1024;
const mediaType = 'application/vnd.schemaregistry.v1+json';

/**
 * Registers through the registry client of kafkajs, and reads what that client does not give: schemas as they were
 * written, references, GUIDs. "There is none" is a null; a registry that is down, slow or still starting is a
 * TransientError, never a null.
 */
export class SchemaRegistry {
  readonly #base: URL;
  readonly #options: RequestOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #client: ConfluentRegistry;

  constructor(config: SchemaRegistryConfig) {
    this.#base = new URL(config.url.endsWith('/') ? config.url : `${config.url}/`);
    const secure = this.#base.protocol === 'https:';
    this.#agent = secure
      ? new HttpsAgent({ keepAlive: true, ...(config.ca === undefined ? {} : { ca: config.ca }) })
      : new HttpAgent({ keepAlive: true });
    const auth = config.username === undefined ? {} : { auth: `${config.username}:${config.password ?? ''}` };
    this.#options = { agent: this.#agent, timeout: requestTimeoutMs, ...auth };
    this.#client = new ConfluentRegistry({
      host: this.#base.href.replace(/\/$/, ''),
      agent: this.#agent,
      // Whoever asks tries again itself, and knows how long it may.
      retry: { retries: 0 },
      ...(config.username === undefined
        ? {}
        : { auth: { username: config.username, password: config.password ?? '' } }),
    });
  }

  async schemaById(id: number): Promise<StoredSchema | null> {
    return (await this.#get(`schemas/ids/${id}`)) as StoredSchema | null;
  }

  /** Ids of the newer header form. A registry without this call knows no such id: it answers as to any wrong path. */
  async schemaByGuid(guid: string): Promise<StoredSchema | null> {
    const answer = await this.#call('GET', `schemas/guids/${guid}`);
    if (isNone(answer)) return null;
    if (answer.status === 404 || answer.status === 405) {
      // So does a proxy in front of one that is still starting, which says nothing of the id.
      await this.ping();
      return null;
    }
    return this.#body(answer, 'GET', `schemas/guids/${guid}`) as StoredSchema;
  }

  async schemaOfVersion({ subject, version }: Omit<SchemaReference, 'name'>): Promise<StoredSchema | null> {
    return (await this.#get(`subjects/${encodeURIComponent(subject)}/versions/${version}`)) as StoredSchema | null;
  }

  async latest(subject: string): Promise<(StoredSchema & { readonly id: number }) | null> {
    return (await this.#get(`subjects/${encodeURIComponent(subject)}/versions/latest`)) as
      (StoredSchema & { readonly id: number }) | null;
  }

  /** Registers (idempotent by content) under BACKWARD_TRANSITIVE: a replay from the start meets every old version. */
  async register(subject: string, schema: string): Promise<number> {
    const known = await this.#setCompatibility(subject);
    const id = await this.#registerSchema(subject, schema);
    if (!known) await this.#setCompatibility(subject);
    return id;
  }

  /** Resolves when the registry answers. */
  async ping(): Promise<void> {
    await this.#get('schemas/types');
  }

  close(): void {
    this.#agent.destroy();
  }

  async #registerSchema(subject: string, schema: string): Promise<number> {
    try {
      const compatibility = COMPATIBILITY.BACKWARD_TRANSITIVE;
      const { id } = await this.#client.register({ type: SchemaType.AVRO, schema }, { subject, compatibility });
      return id;
    } catch (error) {
      throw this.#registrationError(subject, error);
    }
  }

  #registrationError(subject: string, cause: unknown): Error {
    const message = cause instanceof Error ? cause.message : String(cause);
    const status = cause instanceof Error && 'status' in cause ? Number(cause.status) : null;
    if (status === 409) {
      return new EventsError(
        'EVENTS_SCHEMA_INCOMPATIBLE',
        `the schema of subject "${subject}" cannot read every version registered before: ${message}; give new fields a default and keep old ones`,
        { cause },
      );
    }
    // The client gives a request that got no answer status 400, with the socket's error for a body.
    const unanswered = status === null || (status === 400 && message.includes('Error, status 400: '));
    if (unanswered && /ECONN|socket|timed? ?out|EPIPE|ENOTFOUND|EAI_AGAIN/i.test(message)) {
      return new TransientError('schema-registry', `schema registry cannot be reached: ${message}`, { cause });
    }
    // An error of the client's own, a schema that it cannot parse, has no status.
    if (status === null) {
      return new EventsError('EVENTS_REGISTRY_REFUSED', `the schema of subject "${subject}" is refused: ${message}`, {
        cause,
      });
    }
    const text = JSON.stringify({ message });
    try {
      this.#body({ status: status || 503, text }, 'POST', `subjects/${encodeURIComponent(subject)}/versions`);
    } catch (error) {
      return error as Error;
    }
    return new TransientError('schema-registry', message, { cause });
  }

  /** False where the registry refuses the setting because it does not know the subject yet. */
  async #setCompatibility(subject: string): Promise<boolean> {
    const path = `config/${encodeURIComponent(subject)}`;
    const ask = (): Promise<Answer> => this.#call('PUT', path, { compatibility: 'BACKWARD_TRANSITIVE' });
    let answer = await ask();
    // Apicurio, when another process makes the same setting in the same moment: it is there now, and may be set again.
    if (answer.status === 409) answer = await ask();
    if (answer.status === 404) return false;
    if (answer.status === 409)
      throw new TransientError(
        'schema-registry',
        `schema registry is making the setting of "${subject}": ${answer.text}`,
      );
    this.#body(answer, 'PUT', path);
    return true;
  }

  async #get(path: string): Promise<unknown> {
    const answer = await this.#call('GET', path);
    if (isNone(answer)) return null;
    return this.#body(answer, 'GET', path);
  }

  #body(answer: Answer, method: string, path: string): unknown {
    const where = `${method} ${this.#base.origin}${this.#base.pathname}${path}`;
    const { status } = answer;
    if (status === 401 || status === 403) {
      throw new EventsError(
        'EVENTS_REGISTRY_NOT_AUTHORIZED',
        `schema registry refused ${where} with ${status}: check MILLRACE_SCHEMA_REGISTRY_USERNAME and _PASSWORD`,
      );
    }
    if (status >= 500 || status === 404 || status === 408 || status === 429) {
      throw new TransientError(
        'schema-registry',
        `schema registry answered ${status} to ${where}: ${describe(answer)}`,
      );
    }
    if (status >= 300) {
      throw new EventsError(
        'EVENTS_REGISTRY_REFUSED',
        `schema registry answered ${status} to ${where}: ${describe(answer)}`,
      );
    }
    try {
      return JSON.parse(answer.text) as unknown;
    } catch (error) {
      throw new TransientError('schema-registry', `schema registry answered ${where} with something other than JSON`, {
        cause: error,
      });
    }
  }

  #call(method: string, path: string, body?: object): Promise<Answer> {
    const url = new URL(path, this.#base);
    const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
    const headers = payload
      ? { accept: mediaType, 'content-type': mediaType, 'content-length': payload.length }
      : { accept: mediaType };
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const cause = error as NodeJS.ErrnoException;
        const message = `schema registry ${url.origin} cannot be reached: ${cause.code ?? ''} ${cause.message}`;
        reject(new TransientError('schema-registry', message, { cause }));
      };
      const outgoing = start(url, { ...this.#options, method, headers }, (incoming) => {
        readAll(incoming).then((text) => resolve({ status: incoming.statusCode ?? 0, text }), fail);
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${requestTimeoutMs} ms`)));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection just as it was used again: no request was lost, ask on a new one.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(this.#call(method, path, body));
        else fail(error);
      });
      outgoing.end(payload);
    });
  }
}

/** A proxy or a starting server says 404 too: only the registry's own code means that there is none. */
function isNone({ status, text }: Answer): boolean {
  return status === 404 && /"error_code"\s*:\s*404\d\d/.test(text);
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describe({ text }: Answer): string {
  return text.slice(0, 500);
}
