import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import { mergeByTime } from './merge-by-time.ts';
import { readRun, writeRun, type TimedEntry } from './sorted-runs.ts';

export interface SortOptions<T> {
  /** What an entry counts against `maxWeight`; 1 each by default. */
  readonly weigh?: (entry: T) => number;
  /** Weight held in memory before it is written out as a sorted run. */
  readonly maxWeight?: number;
  /** Where runs are written; a folder of its own is made there and removed at the end. */
  readonly folder?: string;
  /** Runs before they are merged into one: bounds open files and the memory of a merge. */
  readonly maxRuns?: number;
}

/** Stable sort by time of more entries than memory holds: sorted runs on disk, merged while they are read. */
export async function* sortByTime<T>(
  entries: AsyncIterable<TimedEntry<T>>,
  { weigh = () => 1, maxWeight = 200_000, folder = tmpdir(), maxRuns = 128 }: SortOptions<T> = {},
): AsyncGenerator<TimedEntry<T>> {
  const runs = new RunFolder<T>(folder, maxRuns);
  try {
    let held: TimedEntry<T>[] = [];
    let weight = 0;
    for await (const entry of entries) {
      held.push(entry);
      weight += weigh(entry.entry);
      if (weight < maxWeight) continue;
      await runs.add(inOrder(held));
      held = [];
      weight = 0;
    }
    yield* mergeByTime([...runs.read(), fromArray(inOrder(held))]);
  } finally {
    await runs.remove();
  }
}

class RunFolder<T> {
  readonly #parent: string;
  readonly #maxRuns: number;
  #path: string | undefined;
  #runs: string[] = [];
  #written = 0;

  constructor(parent: string, maxRuns: number) {
    this.#parent = parent;
    this.#maxRuns = maxRuns;
  }

  async add(entries: readonly TimedEntry<T>[]): Promise<void> {
    this.#runs.push(await this.#write(fromArray(entries)));
    if (this.#runs.length < this.#maxRuns) return;
    const merged = await this.#write(mergeByTime(this.read()));
    await Promise.all(this.#runs.map((run) => rm(run)));
    this.#runs = [merged];
  }

  read(): AsyncGenerator<TimedEntry<T>>[] {
    return this.#runs.map((run) => readRun<T>(run));
  }

  async remove(): Promise<void> {
    if (this.#path !== undefined) await rm(this.#path, { recursive: true, force: true });
  }

  async #write(entries: AsyncIterable<TimedEntry<T>>): Promise<string> {
    try {
      this.#path ??= await mkdtemp(join(this.#parent, 'millrace-sort-'));
      const run = join(this.#path, `${(this.#written += 1)}.run`);
      await writeRun(run, entries);
      return run;
    } catch (cause) {
      if (!isDiskFault(cause)) throw cause;
      throw new ClientError(
        'CLIENT_SORT_FAILED',
        `sorting needs about the file's size on disk, and writing to "${this.#parent}" failed: ${cause.message}; set TMPDIR to a folder with more room`,
        { cause },
      );
    }
  }
}

function isDiskFault(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && ['ENOSPC', 'EACCES', 'EROFS', 'ENOENT'].includes(String(Reflect.get(cause, 'code')));
}

function inOrder<T>(entries: TimedEntry<T>[]): TimedEntry<T>[] {
  return entries.sort((left, right) => left.timeMs - right.timeMs);
}

async function* fromArray<T>(entries: readonly T[]): AsyncGenerator<T> {
  yield* entries;
}
