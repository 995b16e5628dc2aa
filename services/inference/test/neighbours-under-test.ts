import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * For this package's own tests: the two services that inference asks over HTTP, at the paths it asks. Model files by
 * hash, as tracking serves them, and vectors of the feature service "payments", whose features are those of the request.
 */
export class NeighboursUnderTest {
  readonly #server: Server;
  readonly #files = new Map<string, Buffer>();
  readonly url: string;
  /** Answers 503 to everything while true. */
  isDown = false;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<NeighboursUnderTest> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new NeighboursUnderTest(server);
  }

  /** Keeps a model file; gives its hash. */
  keep(bytes: Buffer): string {
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.#files.set(hash, bytes);
    return hash;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (this.isDown) return reply(response, 503, {});
    const file = this.#files.get(path.replace('/api/v1/artifacts/sha256/', ''));
    if (file !== undefined) return void response.writeHead(200).end(file);
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as FeaturesBody);
    if (path === '/api/v1/feature-services/payments') return reply(response, 200, described);
    if (path === '/api/v1/feature-services/payments/candidate') return reply(response, 200, vectors(body.events ?? []));
    if (path === '/api/v1/online-features') {
      if (body.entities?.some((row) => row['customer'] === undefined)) return reply(response, 400, rejection);
      return reply(response, 200, vectors(body.request ?? []));
    }
    return reply(response, 404, { code: 'ROUTE_NOT_FOUND', detail: path });
  }
}

interface FeaturesBody {
  readonly entities?: readonly Record<string, string>[];
  readonly request?: readonly Record<string, number>[];
  readonly events?: readonly Record<string, number>[];
}

const names = ['a', 'b', 'c'] as const;
const described = {
  featureService: 'payments',
  version: 1,
  featureNames: names,
  types: names.map(() => 'double'),
};
const rejection = {
  code: 'REQUEST_INVALID',
  detail: 'entities[0].customer: is missing',
  faults: [{ path: 'entities[0].customer', message: 'is missing' }],
};

function vectors(rows: readonly Readonly<Record<string, number>>[]) {
  return {
    ...described,
    vectors: rows.map((row) => ({
      entities: { customer: 'c1' },
      eventTimeMs: 1_700_000_000_000,
      numbers: names.map((name) => row[name] ?? null),
      strings: [],
      cuts: [],
      builds: [],
    })),
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
