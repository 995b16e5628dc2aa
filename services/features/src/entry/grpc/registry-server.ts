import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { FeastError, feastStatuses } from '@millrace/feast-protocol';
import { peopleStatuses, type Access } from '@millrace/people';
import { problemOf, type ServiceLog } from '@millrace/service-kit';
import type { ServeRegistry } from '../../flow/feast/serve-registry.ts';
import { feastAnswer } from '../feast/feast-problem.ts';
import { frame, grpcMessage, grpcStatuses, grpcStatusOf, unframe } from './grpc-frame.ts';

const service = '/feast.registry.RegistryServer/';
/** Requests are a name and a project. */
const maxRequestBytes = 65_536;
/** What the calls need, as the table of routes says it: the registry's file holds the same. */
const route = { method: 'GET', pattern: '/feast/registry.db' } as const;

interface RegistryServerParts {
  readonly registry: Pick<ServeRegistry, 'call'>;
  readonly access: Pick<Access, 'isOn' | 'signIn' | 'permit'>;
  readonly log: Pick<ServiceLog, 'debug' | 'error'>;
}

/** Feast's registry server, read-only: gRPC's unary calls over HTTP/2 without TLS, for `registry: { registry_type: remote }`. */
export class RegistryServer {
  readonly #parts: RegistryServerParts;
  readonly #server: Http2Server = createServer();
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(parts: RegistryServerParts) {
    this.#parts = parts;
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('stream', (stream, headers) => void this.#serve(stream, headers));
    // A client that goes away in the middle of a call is no fault of ours.
    this.#server.on('sessionError', (error) => parts.log.debug('feast-registry-session-ended', { error }));
  }

  /** Gives the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more calls and waits for those under way. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const session of this.#sessions) session.close();
    });
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    stream.on('error', (error) => this.#parts.log.debug('feast-registry-call-ended', { error }));
    try {
      const answer = await this.#answer(stream, headers);
      if (stream.destroyed) return;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(grpcStatuses.ok) }));
      stream.end(frame(answer));
    } catch (error) {
      this.#refuse(stream, error);
    }
  }

  async #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<Uint8Array> {
    const { access, registry } = this.#parts;
    const path = headers[':path'] ?? '';
    if (access.isOn) {
      await access.signIn(route, headers);
      await access.permit(route, { url: path, headers, params: {}, query: {}, body: undefined });
    }
    const body = await bodyOf(stream);
    if (!path.startsWith(service)) throw new FeastError('FEAST_CALL_UNKNOWN', `there is no service for "${path}"`);
    const request = unframe(body);
    if (!request) throw new FeastError('FEAST_REQUEST_INVALID', 'the request is not one message without compression');
    return registry.call(path.slice(service.length), request);
  }

  #refuse(stream: ServerHttp2Stream, error: unknown): void {
    const problem = problemOf(error, { ...peopleStatuses, ...feastStatuses });
    // Whoever went away needs no answer.
    if (stream.destroyed) return;
    if (problem.status === 500) this.#parts.log.error('feast-registry-call-failed', { error });
    const { status, body } = feastAnswer(problem);
    const statusByCode: Readonly<Record<string, number>> = {
      FEAST_CALL_UNKNOWN: grpcStatuses.unimplemented,
      FEAST_READ_ONLY_NOT_PERMITTED: grpcStatuses.failedPrecondition,
    };
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': String(statusByCode[problem.code] ?? grpcStatusOf(status)),
        'grpc-message': grpcMessage(body),
      },
      { endStream: true },
    );
  }
}

/** Not by iteration: that ends the stream when it is left early, and a refusal could not be sent any more. */
function bodyOf(stream: ServerHttp2Stream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxRequestBytes) chunks.push(chunk);
      else reject(new FeastError('FEAST_REQUEST_TOO_LARGE', `a request may have ${maxRequestBytes} bytes`));
    });
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('close', () => reject(new Error('the client went away before its request had ended')));
  });
}
