import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { say } from './say.ts';

function tryListen(name: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(name, () => resolve(server));
  });
}

/**
 * Runs `work` while no other process on this machine holds the lock of the same name. The lock is an abstract socket: the
 * kernel gives it back when its owner ends, however it ends, so there is no stale lock to judge.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const socket = `\0millrace-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
  let server = await tryListen(socket);
  if (server === null) say(`waiting for another process that works on ${name}`);
  while (server === null) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    server = await tryListen(socket);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}
