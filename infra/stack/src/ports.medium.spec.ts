import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { choosePort } from './ports.ts';

function listening(): Promise<{ port: number; close(): void }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => server.close() });
    });
  });
}

test('a wish that is taken by another process, or given away already, is not granted', async () => {
  const busy = await listening();
  const free = await listening();
  free.close();
  const taken = new Set<number>();
  expect(await choosePort([busy.port, free.port], taken)).toBe(free.port);
  expect(await choosePort([busy.port, free.port], taken)).not.toBe(free.port);
  expect(taken.size).toBe(2);
  busy.close();
});
