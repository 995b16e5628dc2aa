/** What a check found; `detail` says why, in words for the person who looks. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail?: string;
}

export type ReadinessCheck = () => Promise<boolean | CheckResult> | boolean | CheckResult;

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

interface Entry {
  readonly name: string;
  readonly check: ReadinessCheck;
  pending: Promise<CheckResult> | undefined;
  seen: { readonly result: CheckResult; readonly atMs: number } | undefined;
}

export interface ReadinessOptions {
  readonly now: () => number;
  /** How long an answer stands, so that a probe a second does not load what it asks. */
  readonly cacheMs: number;
  readonly timeoutMs: number;
}

/** Collects what must be true for this instance to serve, and asks again when the last answer is old. */
export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #entries: Entry[] = [];
  #stopping = false;

  constructor(options: Partial<ReadinessOptions> = {}) {
    this.#options = { now: Date.now, cacheMs: 500, timeoutMs: 3000, ...options };
  }

  add(name: string, check: ReadinessCheck): void {
    this.#entries.push({ name, check, pending: undefined, seen: undefined });
  }

  /** From here on the instance is never ready again: it is shutting down. */
  stop(): void {
    this.#stopping = true;
  }

  async report(): Promise<ReadinessReport> {
    const checks = await Promise.all(
      this.#entries.map(async (entry) => ({ name: entry.name, ...(await this.#ask(entry)) })),
    );
    if (this.#stopping) checks.push({ name: 'running', ok: false, detail: 'shutting down' });
    return { ready: checks.every(({ ok }) => ok), checks };
  }

  #ask(entry: Entry): Promise<CheckResult> {
    const { seen } = entry;
    if (seen && this.#options.now() - seen.atMs < this.#options.cacheMs) return Promise.resolve(seen.result);
    entry.pending ??= this.#run(entry).then((result) => {
      entry.seen = { result, atMs: this.#options.now() };
      entry.pending = undefined;
      return result;
    });
    return entry.pending;
  }

  async #run(entry: Entry): Promise<CheckResult> {
    const { timeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<CheckResult>((resolve) => {
      timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${timeoutMs} ms` }), timeoutMs);
    });
    try {
      const found = await Promise.race([Promise.resolve().then(entry.check), late]);
      return typeof found === 'boolean' ? { ok: found } : found;
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
