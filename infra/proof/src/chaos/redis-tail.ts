import { readdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import type { StackServers } from '@millrace/testing';

const sampleMs = 100;
/** What `appendfsync everysec` may lose when the machine loses power. */
const unsyncedMs = 1_000;

/**
 * Redis writes its append-only file before it answers and syncs it once a second: a killed process loses nothing of that, a
 * machine without power loses the last second. This takes it away from a dead Redis.
 */
export class RedisTail implements Disposable {
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  #samples: { readonly atMs: number; readonly file: string; readonly sizeBytes: number }[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#timer = setInterval(() => this.#sample(), sampleMs);
    this.#sample();
  }

  static watch(servers: StackServers): RedisTail {
    return new RedisTail(path.join(servers.dataFolder('redis'), 'appendonlydir'));
  }

  /** Cuts the file to what it was a second ago; gives the bytes that are gone. */
  cutOff(): number {
    const now = Date.now();
    const newest = this.#file();
    const synced = this.#samples.findLast(({ atMs, file }) => file === newest && atMs <= now - unsyncedMs);
    this.#samples = [];
    if (!synced) return 0;
    const lost = statSync(newest).size - synced.sizeBytes;
    truncateSync(newest, synced.sizeBytes);
    return lost;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const file = this.#file();
    this.#samples.push({ atMs: Date.now(), file, sizeBytes: statSync(file).size });
    if (this.#samples.length > 100) this.#samples.shift();
  }

  /** The part that is written to: a rewrite of the file begins another. */
  #file(): string {
    const parts = readdirSync(this.#folder).filter((name) => name.endsWith('.incr.aof'));
    const newest = parts.sort((a, b) => Number(a.split('.').at(-3)) - Number(b.split('.').at(-3))).at(-1);
    if (newest === undefined) throw new Error(`Redis has no append-only file in ${this.#folder}`);
    return path.join(this.#folder, newest);
  }
}
