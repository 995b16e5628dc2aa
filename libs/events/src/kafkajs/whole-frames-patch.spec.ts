import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadInternal } from './kafkajs-internals.ts';
import './load-kafkajs.ts';
import { stockModule } from './stock-module.ts';
import type { Connection, ConnectionClass } from './whole-frames-patch.ts';

const patched = loadInternal('src/network/connection') as ConnectionClass;
const stock = stockModule('src/network/connection.js') as ConnectionClass;
const newSocketFactory = loadInternal('src/network/socketFactory') as () => unknown;

/** A broker that is killed when it has written the first two bytes of a response. */
let broker: Server;
beforeEach(async () => {
  broker = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(Buffer.from([0, 0]), () => setTimeout(() => socket.destroy(), 20));
  });
  broker.listen(0, '127.0.0.1');
  await once(broker, 'listening');
});
afterEach(() => {
  broker.close();
});

function connection(ConnectionOf: ConnectionClass): Connection {
  const logger = { debug: () => undefined, error: () => undefined, namespace: () => logger };
  const { port } = broker.address() as AddressInfo;
  const socketFactory = newSocketFactory();
  return new ConnectionOf({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory,
    requestTimeout: 1_000,
    connectionTimeout: 5_000,
  });
}

/** What the second connection has of a response before anything was sent on it. */
async function bytesAfterReconnecting(ConnectionOf: ConnectionClass): Promise<number> {
  const one = connection(ConnectionOf);
  await one.connect();
  await vi.waitFor(() => expect([one.bytesBuffered, one.isConnected()]).toEqual([2, false]), 30_000);
  broker.removeAllListeners('connection');
  await one.connect();
  const { bytesBuffered } = one;
  await one.disconnect();
  return bytesBuffered;
}

test('kafkajs still goes on with a response that was cut off: when this fails, drop the patch', async () => {
  expect(await bytesAfterReconnecting(stock)).toBe(2);
});

test('a connection that was cut in the middle of a response begins anew', async () => {
  expect(await bytesAfterReconnecting(patched)).toBe(0);
});
