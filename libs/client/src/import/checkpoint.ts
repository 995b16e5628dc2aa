import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClientError } from '../client-error.ts';

/**
 * Which runs and traces were copied whole, and what they were then, a line each: an import that was ended goes on behind them. It only saves
 * looking: without the file everything is compared again and nothing is copied twice.
 */
export class Checkpoint {
  readonly path: string;
  readonly #done: Map<string, string>;
  readonly #writes: boolean;

  private constructor(path: string, done: Map<string, string>, writes: boolean) {
    this.path = path;
    this.#done = done;
    this.#writes = writes;
  }

  static open(path: string, { writes }: { readonly writes: boolean }): Checkpoint {
    try {
      if (writes) mkdirSync(dirname(path), { recursive: true });
      const held = existsSync(path) ? readFileSync(path, 'utf8') : '';
      // A line that was cut off by the end of the process says nothing, and must not swallow the next one.
      if (writes && held !== '' && !held.endsWith('\n')) writeFileSync(path, held.slice(0, held.lastIndexOf('\n') + 1));
      return new Checkpoint(path, doneOf(held), writes);
    } catch (cause) {
      throw new ClientError(
        'CLIENT_CHECKPOINT_UNREADABLE',
        `the checkpoint "${path}" cannot be used (${String(cause)}): name another file with --checkpoint`,
        { cause },
      );
    }
  }

  isDone(id: string, fingerprint: string): boolean {
    return this.#done.get(id) === fingerprint;
  }

  done(id: string, fingerprint: string): void {
    if (!this.#writes || this.#done.get(id) === fingerprint) return;
    this.#done.set(id, fingerprint);
    appendFileSync(this.path, `${id} ${fingerprint}\n`);
  }
}

function doneOf(held: string): Map<string, string> {
  const lines = held.split('\n').slice(0, -1);
  return new Map(
    lines.flatMap((line) => {
      const [id = '', fingerprint = ''] = line.split(' ');
      return fingerprint.length === fingerprintLength ? [[id, fingerprint] as const] : [];
    }),
  );
}

/** One file for each pair of servers, in the folder where a running stack keeps its own. */
export function checkpointPath(folder: string, servers: { readonly from: string; readonly to: string }): string {
  const host = new URL(servers.from).host.replaceAll(/[^\w.-]/g, '-');
  return join(folder, '.millrace', 'import', `${host}-${fingerprintOf(servers).slice(0, 8)}.checkpoint`);
}

const fingerprintLength = 32;

export function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, fingerprintLength);
}
