import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { privateStack, stackAddresses, testNamespace } from './index.ts';

function redis(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('error', reject);
    socket.once('data', (reply: Buffer) => {
      socket.destroy();
      resolve(reply.toString().trim());
    });
    socket.write(`${command}\r\n`);
  });
}

test('two namespaces share the servers and no name', () => {
  const [one, two] = [testNamespace(), testNamespace()];
  expect(one.env['MILLRACE_KAFKA_BROKERS']).toBe(stackAddresses().env['MILLRACE_KAFKA_BROKERS']);
  for (const name of [
    'MILLRACE_TOPIC_PREFIX',
    'MILLRACE_KEY_PREFIX',
    'MILLRACE_CLICKHOUSE_DATABASE',
    'MILLRACE_ARTIFACTS_DIR',
  ]) {
    expect(one.env[name]).not.toBe(two.env[name]);
    expect(one.env[name]).toBeTruthy();
  }
});

test('a killed server of a private stack comes back on its port with its data', async () => {
  await using stack = await privateStack(['redis']);
  const url = stack.addresses.env['MILLRACE_REDIS_URL'] ?? '';
  expect(await redis(url, 'SET kept 1')).toBe('+OK');
  // The append-only file is flushed every second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await stack.servers.kill('redis');
  await expect(redis(url, 'PING')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
  await stack.servers.start('redis');
  expect(await redis(url, 'EXISTS kept')).toBe(':1');
});
