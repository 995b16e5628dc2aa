import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

const starting = JSON.stringify({ status: 'not-ready', checks: [{ name: 'started', ok: false, detail: 'starting' }] });
const problem = JSON.stringify({
  type: 'urn:millrace:problem:SERVICE_STARTING',
  title: 'Not available now',
  status: 503,
  code: 'SERVICE_STARTING',
  detail: 'the service is starting',
  faults: [],
});

/**
 * Listens before the service is built: while journals are replayed or a broker is awaited it is alive, says that it is
 * not ready, and asks callers to come again, instead of refusing connections.
 */
export class EarlyServer {
  readonly server: Server;
  #handler: RequestHandler = answerWhileStarting;

  constructor() {
    this.server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => this.#handler(request, response));
  }

  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return this.server.address() as AddressInfo;
  }

  /** From here on requests go to the service. */
  handOver(handler: RequestHandler): void {
    this.#handler = handler;
  }

  /** Takes no new connections, lets requests in flight end, and drops idle keep-alive connections. */
  async close(): Promise<void> {
    // A connection turns idle when its last answer ends: without the sweep its keep-alive would hold up the exit.
    const sweep = setInterval(() => this.server.closeIdleConnections(), 50);
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
    });
    clearInterval(sweep);
  }
}

function answerWhileStarting(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '/').split('?', 1)[0];
  request.resume();
  if (path === '/health/live') return send(response, 200, 'application/json', JSON.stringify({ status: 'live' }));
  if (path === '/health/ready') return send(response, 503, 'application/json', starting);
  response.setHeader('retry-after', '1');
  send(response, 503, 'application/problem+json', problem);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}
