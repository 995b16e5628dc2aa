import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { ensureRedis } from '../fetch/redis-server.ts';
import { portOf, type LaunchPlan, type Ports, type ServerContext, type ServerDefinition } from './server.ts';

const url = (ports: Ports): string => `redis://127.0.0.1:${portOf(ports, 'redis')}`;

async function prepare({ paths, ports }: ServerContext, signal: AbortSignal): Promise<LaunchPlan> {
  const data = path.join(paths.data, 'redis');
  await mkdir(data, { recursive: true });
  const settings: Record<string, string> = {
    port: String(portOf(ports, 'redis')),
    bind: '127.0.0.1',
    dir: data,
    daemonize: 'no',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    // Entity state may never be evicted behind its owner's back: better a refused write, which blocks and is retried.
    'maxmemory-policy': 'noeviction',
  };
  return {
    command: await ensureRedis(signal),
    args: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
  };
}

/** PING answers PONG; while the append-only file is still being read it answers LOADING instead. */
function answersPong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('data', (reply: Buffer) => finish(reply.toString().startsWith('+PONG')));
    socket.write('PING\r\n');
  });
}

export const redis: ServerDefinition = {
  name: 'redis',
  title: 'Redis',
  externalVariable: 'MILLRACE_REDIS_URL',
  ports: [{ name: 'redis', usual: 6379 }],
  fetch: async (signal) => {
    await ensureRedis(signal);
  },
  prepare,
  ready: ({ ports }) => answersPong(portOf(ports, 'redis')),
  url,
  env: ({ ports }) => ({ MILLRACE_REDIS_URL: url(ports) }),
};
