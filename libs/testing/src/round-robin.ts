import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** One address in front of several instances: each request goes to the next one, whatever the connection it came on. */
export class RoundRobin implements AsyncDisposable {
  readonly url: string;
  readonly #server: http.Server;

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async before(targets: readonly string[]): Promise<RoundRobin> {
    const agent = new http.Agent({ keepAlive: true });
    let count = 0;
    const server = http.createServer((request, response) => {
      const target = targets[count++ % targets.length] ?? '';
      void pass({ request, response, target, agent });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.once('close', () => agent.destroy());
    return new RoundRobin(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

interface Passed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  readonly agent: http.Agent;
}

async function pass({ request, response, target, agent }: Passed): Promise<void> {
  const { method, headers, url = '/' } = request;
  const { hostname, port } = new URL(target);
  // The path goes on as it came: a parsed one would lose what a test of path tricks is about.
  const outgoing = http.request({ agent, hostname, port, path: url, method, headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  try {
    const [incoming] = await Promise.all([answer, pipeline(request, outgoing)]);
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    await pipeline(incoming, response);
  } catch {
    // As an instance that is away looks to the gateway.
    response.destroy();
  }
}
