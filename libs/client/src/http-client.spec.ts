import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpClient, inTheNameOf } from './http-client.ts';

afterEach(() => {
  delete process.env['MILLRACE_GATEWAY_TOKEN'];
});

test('every service learns who asks: some by basic authentication, some by a header, all by an API key', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    seen.push(headers);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new HttpClient(`http://127.0.0.1:${port}`, inTheNameOf('demo')).get('/');
  process.env['MILLRACE_GATEWAY_TOKEN'] = 'mlr_key';
  await new HttpClient(`http://127.0.0.1:${port}`, inTheNameOf('demo')).get('/');
  server.closeAllConnections();
  server.close();
  expect(seen).toMatchObject([
    { authorization: 'Basic ZGVtbzo=', 'x-millrace-actor': 'demo' },
    { authorization: 'Bearer mlr_key' },
  ]);
});
