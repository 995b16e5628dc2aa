import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Outside the range from which the system hands out ports to outgoing connections: a server can come back to its port. */
const chosenFrom = 20_000;
const chosenTo = 32_000;
const freePollMs = 25;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** False when somebody still listens on the port after that time. */
export async function untilFree(port: number, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs;
  while (!(await isFree(port))) {
    if (performance.now() > until) return false;
    await sleep(freePollMs);
  }
  return true;
}

/** The first wish that is free and not in `taken`, else a random free port. Adds the answer to `taken`. */
export async function choosePort(wishes: readonly number[], taken: Set<number>): Promise<number> {
  const accept = async (port: number): Promise<boolean> => {
    if (taken.has(port) || !(await isFree(port))) return false;
    taken.add(port);
    return true;
  };
  for (const wish of wishes) if (await accept(wish)) return wish;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(chosenFrom, chosenTo);
    if (await accept(port)) return port;
  }
  throw new Error(`no free port between ${chosenFrom} and ${chosenTo}`);
}
