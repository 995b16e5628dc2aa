import path from 'node:path';
import { readJson, writeJson } from './json-file.ts';
import type { InstancePaths } from './paths.ts';
import { choosePort, untilFree } from './ports.ts';
import { say } from './say.ts';
import type { Ports, PortWish } from './servers/server.ts';

/** Only this instance asks for the usual ports; any other one stays out of its way. */
export const defaultInstance = 'default';

/** Whoever looks for a free port listens on it for a moment: a port that is taken now may be ours again at once. */
const lastPortPatienceMs = 3_000;

const fileOf = (paths: InstancePaths): string => path.join(paths.run, 'ports.json');

/** Ports of earlier starts, running or not. */
export function knownPorts(paths: InstancePaths): Ports {
  return (readJson(fileOf(paths)) as Ports | null) ?? {};
}

/**
 * Chooses a port for every wish. `held` are names whose process runs: they keep their port unasked. Else the port of the last
 * start comes first, and is waited for a little, because clients of a restarted server look for it there.
 */
export async function choosePorts(
  paths: InstancePaths,
  wishes: readonly PortWish[],
  held: ReadonlySet<string>,
): Promise<Ports> {
  const known = knownPorts(paths);
  const chosen: Record<string, number> = { ...known };
  const taken = new Set(Object.entries(known).flatMap(([name, port]) => (held.has(name) ? [port] : [])));
  for (const { name, usual } of wishes) {
    const last = known[name];
    if (last !== undefined && held.has(name)) continue;
    if (last !== undefined && !taken.has(last)) await untilFree(last, lastPortPatienceMs);
    const preferred = paths.instance === defaultInstance ? [usual] : [];
    const port = await choosePort([...(last === undefined ? [] : [last]), ...preferred], taken);
    if (paths.instance === defaultInstance && port !== usual && port !== last) {
      say(`port ${usual} for ${name} is taken: ${port} is used instead`);
    }
    chosen[name] = port;
  }
  writeJson(fileOf(paths), chosen);
  return chosen;
}
