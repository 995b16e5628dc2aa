import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { uninterrupted } from './interrupt.ts';
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

const socketOf = (name: string): string => `\0millrace-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;

/**
 * Takes the lock of that name for as long as this process lives, or answers null when another process on this machine holds
 * it. The lock is an abstract socket: the kernel gives it back when its owner ends, however it ends, so there is no stale
 * lock to judge.
 */
export async function tryLock(name: string): Promise<{ release(): void } | null> {
  const server = await tryListen(socketOf(name));
  if (server === null) return null;
  server.unref();
  return { release: () => server.close() };
}

/** Runs `work` while no other process on this machine holds the lock of the same name. */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  signal: AbortSignal = uninterrupted,
): Promise<T> {
  let lock = await tryLock(name);
  if (lock === null) say(`waiting for another process that works on ${name}`);
  while (lock === null) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    signal.throwIfAborted();
    lock = await tryLock(name);
  }
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    lock.release();
  }
}
