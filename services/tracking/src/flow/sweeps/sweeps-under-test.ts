import type { Applied } from '@millrace/events';
import type { Author } from '../runs/run-writes.ts';
import { trackingDomain, type TrackingCommand, type TrackingState } from '../tracking-domain.ts';
import type { TrialRuns } from './ports.ts';
import type { TrackingJournal } from '../tracking-domain.ts';
import { RunSweep } from './run-sweep.ts';
import type { Sweep, SweepDefinition, Trial } from './sweep.ts';

interface Entry {
  readonly command: TrackingCommand;
  readonly actor: string;
  readonly atMs: number;
}

/** A journal in memory that several instances follow, each with a state of its own, and a clock that the test turns. */
export class SweepsUnderTest {
  readonly #log: Entry[] = [];
  atMs = 1_000_000;
  #runs = 0;

  instance(): { sweeps: RunSweep; runs: RunsInMemory; journal: TrackingJournal } {
    const runs = new RunsInMemory();
    const journal = new JournalInMemory(this.#log, () => this.atMs);
    const onRunNotClosed = ({ error }: { error: unknown }): void => {
      throw error;
    };
    const parts = { journal, runs, now: () => this.atMs, newRunId: () => `run-${++this.#runs}`, onRunNotClosed };
    return { sweeps: new RunSweep(parts), runs, journal };
  }

  /** Commands that the log holds. */
  get length(): number {
    return this.#log.length;
  }
}

class JournalInMemory implements TrackingJournal {
  readonly state: TrackingState = trackingDomain.initial();
  readonly #log: Entry[];
  readonly #now: () => number;
  #position = 0;

  constructor(log: Entry[], now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  async submit(command: TrackingCommand, { actor }: Author): ReturnType<TrackingJournal['submit']> {
    // Others get in between.
    await new Promise((resolve) => setImmediate(resolve));
    const offset = this.#log.push({ command: structuredClone(command), actor, atMs: this.#now() }) - 1;
    const applied = this.#applyUpTo(offset + 1);
    if (applied === undefined) throw new Error('nothing was applied');
    return { ...applied, offset, repeated: false };
  }

  async read(): Promise<TrackingState> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#applyUpTo(this.#log.length);
    return this.state;
  }

  #applyUpTo(end: number): Applied | undefined {
    let applied: Applied | undefined;
    for (; this.#position < end; this.#position++) {
      const entry = this.#log[this.#position];
      if (entry === undefined) break;
      const { command, actor, atMs } = entry;
      const meta = { offset: this.#position, atMs, actor, requestId: 'r', commandId: 'c' };
      applied = trackingDomain.apply(this.state, command, meta);
    }
    return applied;
  }
}

/** What was said of runs, in order. */
export class RunsInMemory implements TrialRuns {
  readonly said: string[] = [];

  begin(_: Sweep, { number, attempt }: Trial): Promise<void> {
    this.said.push(`begin ${number}.${attempt}`);
    return Promise.resolve();
  }

  ensure(_: Sweep, { number, attempt }: Trial): Promise<void> {
    this.said.push(`ensure ${number}.${attempt}`);
    return Promise.resolve();
  }

  close({ number, attempt, status }: Trial): Promise<void> {
    this.said.push(`${status} ${number}.${attempt}`);
    return Promise.resolve();
  }
}

export const anySweep: SweepDefinition = {
  name: 's',
  experimentId: '0',
  method: { kind: 'random' },
  space: [{ name: 'x', kind: 'uniform', low: 0, high: 1 }],
  metric: 'loss',
  goal: 'minimise',
  seed: 1,
  maxTrials: 100,
  maxTotalSteps: null,
  earlyStop: null,
  maxParallel: 100,
  leaseMs: 10_000,
  maxAttempts: 2,
};
