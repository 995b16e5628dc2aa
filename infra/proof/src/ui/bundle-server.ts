import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
const prefix = '/static-files/';

export interface BundleServer extends AsyncDisposable {
  readonly url: string;
}

/** MLflow's user interface as it lies in its package, at the addresses where MLflow serves it; all else goes to the gateway. */
export async function serveBundle(folder: string, gatewayUrl: string): Promise<BundleServer> {
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://bundle');
    const file = pathname === '/' ? 'index.html' : pathname.startsWith(prefix) ? pathname.slice(prefix.length) : null;
    const answer =
      file === null ? forward(gatewayUrl, incoming, outgoing) : sendFile(path.join(folder, file), outgoing);
    // A page that has been left takes no more.
    answer.catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

async function sendFile(file: string, outgoing: ServerResponse): Promise<void> {
  if (!existsSync(file) || !statSync(file).isFile()) {
    outgoing.writeHead(404).end();
    return;
  }
  outgoing.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream' });
  await pipeline(createReadStream(file), outgoing);
}

async function forward(gatewayUrl: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method, headers, url = '/' } = incoming;
  const onward = request(gatewayUrl + url, { ...(method !== undefined && { method }), headers });
  const [[answer]] = (await Promise.all([once(onward, 'response'), pipeline(incoming, onward)])) as [
    [IncomingMessage],
    void,
  ];
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, outgoing);
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
