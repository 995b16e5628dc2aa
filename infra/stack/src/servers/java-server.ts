import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ensureJava } from '../fetch/java.ts';
import { cacheDirectory } from '../paths.ts';

/** JVM flags for a small machine, with a class archive that makes every start but the first one fast. */
export async function javaFlags(
  archive: string,
  heap: { minMb: number; maxMb: number },
  signal: AbortSignal,
): Promise<string[]> {
  const { build } = await ensureJava(signal);
  const folder = path.join(cacheDirectory(), 'class-archives', build);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${archive}.jsa`);
  // The JVM writes the archive when it ends in good order; one that doesn't fit (another Java) is ignored by it.
  const sharing = existsSync(file) ? ['-Xshare:auto'] : ['-XX:+AutoCreateSharedArchive'];
  return [
    `-Xms${heap.minMb}m`,
    `-Xmx${heap.maxMb}m`,
    '-XX:+UseSerialGC',
    '-XX:-UsePerfData',
    // Measured on two cores: over the first million records the second compiler costs the broker twice the CPU time.
    '-XX:TieredStopAtLevel=1',
    ...sharing,
    `-XX:SharedArchiveFile=${file}`,
    '-Xlog:disable',
    '-Xlog:all=error:stderr',
  ];
}
