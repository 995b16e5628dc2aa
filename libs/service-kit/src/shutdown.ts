import type { ServiceLog } from './service-log.ts';

/** In this order: nothing new comes in, then what is in flight is finished, then what it was written to is closed. */
const shutdownPhases = ['http', 'groups', 'consumers', 'producers', 'stores'] as const;
export type ShutdownPhase = (typeof shutdownPhases)[number];

/** Members of consumer groups: none is built from another, and each waits for the end of its last fetch. */
const atOnce: ReadonlySet<ShutdownPhase> = new Set(['groups']);

interface Step {
  readonly phase: ShutdownPhase;
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** Closes everything once, in order; a step that fails is logged and does not keep the others from closing. */
export class Shutdown {
  readonly #log: ServiceLog;
  readonly #steps: Step[] = [];
  #done: Promise<void> | undefined;

  constructor(log: ServiceLog) {
    this.#log = log;
  }

  add(phase: ShutdownPhase, name: string, close: () => Promise<void> | void): void {
    this.#steps.push({ phase, name, close });
  }

  run(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    for (const phase of shutdownPhases) {
      // Within a phase the newest closes first: it was built from the older ones.
      const steps = this.#steps.filter((candidate) => candidate.phase === phase).reverse();
      if (atOnce.has(phase)) await Promise.all(steps.map((step) => this.#close(step)));
      else for (const step of steps) await this.#close(step);
    }
  }

  async #close({ phase, name, close }: Step): Promise<void> {
    try {
      await close();
    } catch (error) {
      this.#log.warn('shutdown-step-failed', { phase, step: name, error });
    }
  }
}

/**
 * The first signal closes in order and ends the process, at the deadline at the latest; the second ends it at once.
 * Returns how to take the listeners away again.
 */
export function closeOnSignals(options: {
  readonly close: () => Promise<void>;
  readonly deadlineMs: number;
  readonly log: ServiceLog;
}): () => void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(130);
    asked = true;
    options.log.info('stopping', { signal });
    setTimeout(() => {
      options.log.warn('stopped-at-deadline', { deadlineMs: options.deadlineMs });
      process.exit(1);
    }, options.deadlineMs).unref();
    void options.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return () => {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  };
}
