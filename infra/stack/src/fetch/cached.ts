import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../lock.ts';
import { cacheDirectory } from '../paths.ts';
import { say } from '../say.ts';

const completeMarker = '.complete';

export interface CachedThing {
  readonly key: string;
  readonly title: string;
  /** Fills the empty folder. */
  build(directory: string): Promise<void>;
  /** The result names its own folder inside (a Python environment does) and is linked to its place instead of moved. */
  readonly keepsItsPath?: true;
}

/** The cache folder of `key` if it is there and complete. */
export function findCached(key: string): string | null {
  const target = path.join(cacheDirectory(), key);
  return existsSync(path.join(target, completeMarker)) ? target : null;
}

/**
 * The cache folder of the thing, built once and for all. Each build has a folder that no other one uses, so that the rest of a
 * build whose owner was killed can't write into a later one; it takes its place in one step, with the marker already inside.
 */
export async function cached(thing: CachedThing, signal: AbortSignal): Promise<string> {
  const target = path.join(cacheDirectory(), thing.key);
  if (findCached(thing.key) !== null) return target;
  const fetch = async (): Promise<string> => {
    if (findCached(thing.key) !== null) return target;
    say(`fetching ${thing.title} (once, into ${target})`);
    const startedAt = performance.now();
    await removeRests(target);
    const building = `${target}.build-${randomBytes(4).toString('hex')}`;
    await mkdir(building, { recursive: true });
    try {
      await thing.build(building);
      signal.throwIfAborted();
    } catch (error) {
      await rm(building, { recursive: true, force: true });
      throw error;
    }
    await writeFile(path.join(building, completeMarker), `${new Date().toISOString()}\n`);
    if (thing.keepsItsPath) await symlink(path.basename(building), target);
    else await rename(building, target);
    say(`fetched ${thing.title} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return target;
  };
  return withLock(target, fetch, signal);
}

/** What interrupted builds have left, in the place itself or beside it. */
async function removeRests(target: string): Promise<void> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  const beside = (await readdir(folder)).filter((name) => name.startsWith(`${path.basename(target)}.build`));
  for (const rest of [target, ...beside.map((name) => path.join(folder, name))]) {
    await rm(rest, { recursive: true, force: true, maxRetries: 3 });
  }
}
