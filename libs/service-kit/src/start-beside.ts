import { UnavailableError } from './coded-error.ts';
import type { Readiness } from './readiness.ts';
import type { ServiceLog } from './service-log.ts';
import type { ServiceMetrics } from './service-metrics.ts';
import type { Shutdown } from './shutdown.ts';
import { untilAvailable } from './until-available.ts';

/** A member of a consumer group, or what is built on one. */
export interface GroupPart {
  /** May be called again when it has failed. */
  start(): Promise<void>;
  /** Also ends a start that is under way. */
  stop(): Promise<void>;
  readonly status: {
    readonly state: 'starting' | 'running' | 'rebalancing' | 'stopped';
    readonly stoppedBy?: { readonly message: string };
    readonly lag: number;
  };
}

/** Injection token of `KitParts`, of every service. */
export const KIT_PARTS = Symbol('kit parts');

/** What the service gives to whatever runs in it. */
export interface KitParts {
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

export interface BesideOptions {
  readonly part: GroupPart;
  /** As logs and the order of shutdown name it, and as readiness does. */
  readonly title: string;
  readonly check: string;
  /** What the part and those who read what it writes need: tables, topics. Repeated with the start when that fails. */
  readonly prepare?: () => Promise<unknown>;
  /** What readiness says of a part that runs; its state otherwise. */
  readonly whileRunning?: () => string;
  readonly lag?: { readonly name: string; readonly help: string };
}

export interface Beside {
  /** Resolves when `prepare` has been done; throws a transient error when that takes too long. */
  readonly prepared: (timeoutMs: number) => Promise<void>;
}

/**
 * Starts a member of a consumer group beside the service, which serves meanwhile: joining lasts until the members that were
 * killed have been given up, and what it needs may be away. An outage and the join itself leave the instance ready, and
 * readiness tells of them; a fault that a person must mend makes it not ready. Either way it is tried again.
 */
export function startBeside({ log, metrics, readiness, shutdown }: KitParts, options: BesideOptions): Beside {
  const { part, title, check, prepare, whileRunning, lag } = options;
  const stop = new AbortController();
  const prepared = Promise.withResolvers<void>();
  let fault: string | undefined;
  const start = async (): Promise<void> => {
    await prepare?.();
    prepared.resolve();
    // A part that was stopped is not started again.
    stop.signal.throwIfAborted();
    await part.start();
    fault = undefined;
  };
  const onFault = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== fault) log.error('start-failed', { part: title, error });
    fault = message;
  };
  // It ends by itself or with the service: nothing is left to say of a start that was cut off.
  const starting = untilAvailable(log, title, start, { signal: stop.signal, onFault }).catch(() => undefined);
  shutdown.add('groups', title, async () => {
    stop.abort();
    await part.stop();
    await starting;
  });
  readiness.add(check, () => {
    const { state, stoppedBy } = part.status;
    const problem = fault ?? stoppedBy?.message;
    const detail = problem ?? (state === 'running' ? whileRunning?.() : undefined) ?? state;
    return { ok: problem === undefined && state !== 'stopped', detail };
  });
  if (lag) metrics.gauge({ ...lag, collect: (gauge) => gauge.set(part.status.lag) });
  return { prepared: (timeoutMs) => inTime(prepared.promise, timeoutMs, title) };
}

async function inTime(prepared: Promise<void>, timeoutMs: number, title: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the ${title} could not be prepared within ${timeoutMs} ms: /health/ready says what is away`;
    timer = setTimeout(() => reject(new UnavailableError('SERVICE_STARTING', message)), timeoutMs);
  });
  try {
    await Promise.race([prepared, late]);
  } finally {
    clearTimeout(timer);
  }
}
