import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../lock.ts';
import { cacheDirectory } from '../paths.ts';
import { say } from '../say.ts';

const completeMarker = '.complete';

/** The cache folder of `key` if it is there and complete. */
export function findCached(key: string): string | null {
  const target = path.join(cacheDirectory(), key);
  return existsSync(path.join(target, completeMarker)) ? target : null;
}

/**
 * The cache folder of `key`, filled by `build` once and for all. It is built beside its place and renamed into it with the
 * marker already inside: a folder without the marker is the rest of an interrupted build and is made anew.
 */
export async function cached(
  key: string,
  title: string,
  build: (directory: string) => Promise<void>,
  options: { inPlace?: true } = {},
): Promise<string> {
  const target = path.join(cacheDirectory(), key);
  if (findCached(key) !== null) return target;
  return withLock(target, async () => {
    if (findCached(key) !== null) return target;
    say(`fetching ${title} (once, into ${target})`);
    const startedAt = performance.now();
    await rm(target, { recursive: true, force: true });
    // A Python environment writes its own path into its scripts, so it can't be moved: it is built in place and marked last.
    const building = options.inPlace ? target : `${target}.building`;
    await rm(building, { recursive: true, force: true });
    await mkdir(building, { recursive: true });
    await build(building);
    await writeFile(path.join(building, completeMarker), `${new Date().toISOString()}\n`);
    if (building !== target) await rename(building, target);
    say(`fetched ${title} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return target;
  });
}
