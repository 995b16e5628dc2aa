import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { choosePorts } from './instance-ports.ts';
import { writeJson } from './json-file.ts';
import { instancePaths } from './paths.ts';
import { choosePort, untilFree } from './ports.ts';

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

test('the port of the last start is chosen again, also when somebody tries it out at that moment', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'ports-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const paths = instancePaths('elsewhere', directory);
  mkdirSync(paths.run, { recursive: true });
  const busy = await listening();
  writeJson(path.join(paths.run, 'ports.json'), { clickhouse: busy.port });
  const choosing = choosePorts(paths, [{ name: 'clickhouse', usual: 8123 }], new Set());
  setTimeout(() => busy.close(), 100);
  expect(await choosing).toEqual({ clickhouse: busy.port });
});

test('a port that stays taken is not waited for without end', async () => {
  const busy = await listening();
  expect(await untilFree(busy.port, 60)).toBe(false);
  busy.close();
  expect(await untilFree(busy.port, 60_000)).toBe(true);
});
