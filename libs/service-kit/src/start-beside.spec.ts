import { describe, expect, it, vi } from 'vitest';
import { CodedError, UnavailableError } from './coded-error.ts';
import { Readiness } from './readiness.ts';
import { ServiceLog } from './service-log.ts';
import { ServiceMetrics } from './service-metrics.ts';
import { Shutdown } from './shutdown.ts';
import { startBeside, type BesideOptions, type GroupPart } from './start-beside.ts';

/** Ends what hangs, and judges no speed. */
const longMs = 60_000;

/** A part whose join ends when the test says so. */
class Group implements GroupPart {
  status: GroupPart['status'] = { state: 'starting', lag: 7 };
  readonly joined = Promise.withResolvers<void>();
  starts = 0;

  async start(): Promise<void> {
    this.starts += 1;
    await this.joined.promise;
    if (this.status.state === 'starting') this.status = { state: 'running', lag: 0 };
  }

  async stop(): Promise<void> {
    this.status = { state: 'stopped', lag: 0 };
    this.joined.resolve();
  }
}

function kit() {
  const errors: string[] = [];
  const destination = { write: (line: string) => void errors.push(line) };
  const log = new ServiceLog({ service: 'x', level: 'error', destination });
  const parts = {
    log,
    metrics: new ServiceMetrics('x'),
    readiness: new Readiness({ cacheMs: 0 }),
    shutdown: new Shutdown(log),
  };
  return { ...parts, parts, errors, checked: async () => (await parts.readiness.report()).checks[0] };
}

const sink = (part: Group, more: Partial<BesideOptions> = {}): BesideOptions => ({
  part,
  title: 'facts sink',
  check: 'facts',
  ...more,
});

describe('a part that starts beside the service', () => {
  it('leaves the instance ready while it joins, and says how far it is', async () => {
    const { parts, checked, metrics } = kit();
    const part = new Group();
    startBeside(parts, sink(part, { whileRunning: () => 'leading', lag: { name: 'facts_lag_records', help: 'Lag.' } }));
    expect(await checked()).toEqual({ name: 'facts', ok: true, detail: 'starting' });
    expect(await metrics.registry.metrics()).toContain('millrace_x_facts_lag_records 7');
    part.joined.resolve();
    await vi.waitFor(
      async () => expect(await checked()).toEqual({ name: 'facts', ok: true, detail: 'leading' }),
      longMs,
    );
    part.status = { state: 'running', lag: 0, stoppedBy: { message: 'the topic was cut' } };
    expect(await checked()).toEqual({ name: 'facts', ok: false, detail: 'the topic was cut' });
  });

  it('waits for an outage without a word of a fault', async () => {
    const { parts, checked, errors } = kit();
    const part = new Group();
    let tries = 0;
    const prepare = async (): Promise<void> => {
      tries += 1;
      if (tries === 1) throw new UnavailableError('CLICKHOUSE_AWAY', 'does not answer');
    };
    startBeside(parts, sink(part, { prepare }));
    await vi.waitFor(() => expect(tries).toBe(1), longMs);
    expect(await checked()).toMatchObject({ ok: true, detail: 'starting' });
    await vi.waitFor(() => expect(part.starts).toBe(1), longMs);
    expect(errors).toEqual([]);
  });

  it('is not ready by a fault that a person must mend, and goes on when it is mended', async () => {
    const { parts, checked, errors } = kit();
    const part = new Group();
    part.joined.resolve();
    let isMended = false;
    const prepare = async (): Promise<void> => {
      if (!isMended) throw new CodedError('EVENTS_TOPIC_MISMATCH', 'the topic has 3 partitions');
    };
    startBeside(parts, sink(part, { prepare }));
    await vi.waitFor(
      async () => expect(await checked()).toMatchObject({ ok: false, detail: 'the topic has 3 partitions' }),
      longMs,
    );
    isMended = true;
    await vi.waitFor(async () => expect(await checked()).toMatchObject({ ok: true, detail: 'running' }), longMs);
    expect(errors).toHaveLength(1);
  });

  it('ends with the service while it joins, and while it waits for an outage to pass', async () => {
    const joining = kit();
    const part = new Group();
    startBeside(joining.parts, sink(part));
    await vi.waitFor(() => expect(part.starts).toBe(1), longMs);
    await joining.shutdown.run();
    expect(part.status.state).toBe('stopped');

    const waiting = kit();
    const other = new Group();
    let isPrepared = false;
    const prepare = async (): Promise<void> => {
      if (isPrepared) return;
      isPrepared = true;
      throw new UnavailableError('CLICKHOUSE_AWAY', 'does not answer');
    };
    startBeside(waiting.parts, sink(other, { prepare }));
    await vi.waitFor(() => expect(isPrepared).toBe(true), longMs);
    await waiting.shutdown.run();
    expect(other.starts).toBe(0);
  });

  it('lets those who need what is prepared wait for it, within their time', async () => {
    const { parts } = kit();
    const ready = Promise.withResolvers<void>();
    const beside = startBeside(parts, sink(new Group(), { prepare: () => ready.promise }));
    await expect(beside.prepared(10)).rejects.toMatchObject({ code: 'SERVICE_STARTING', transient: true });
    ready.resolve();
    await beside.prepared(10_000);
  });
});
