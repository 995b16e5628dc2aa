import type { RunEvent } from '@millrace/schemas';
import { beforeEach, describe, expect, it } from 'vitest';
import { LiveRuns } from './live-runs.ts';
import type { PlacedEvent, RunHistory, RunLog } from './ports.ts';
import { factsOf, type RunFact } from './run-facts.ts';

/** A log and its history in memory; history holds what `store` has moved there. */
class Memory implements RunLog {
  readonly partitions = 1;
  readonly events: PlacedEvent[] = [];
  stored = 0;
  loads = 0;
  beforeFacts: () => void = () => undefined;

  partitionOf(): number {
    return 0;
  }
  endOffset(): Promise<number> {
    return Promise.resolve(this.events.length);
  }
  read(_partition: number, from: number) {
    const events = this.events.slice(from, from + 3);
    return Promise.resolve({ events, nextOffset: from + events.length });
  }
  append(event: Partial<RunEvent> & { id: string }): number {
    const offset = this.events.length;
    this.events.push({ event: { ...nothing, ...event }, offset });
    return offset;
  }
  readonly history: RunHistory = {
    untilStored: ([position]) => {
      this.stored = Math.max(this.stored, position?.nextOffset ?? 0);
      return Promise.resolve();
    },
    factsOf: (_subject, ids) => {
      this.loads += 1;
      const found: RunFact[] = this.events
        .slice(0, this.stored)
        .filter(({ event }) => ids.includes(event.id))
        .flatMap(({ event, offset }) => factsOf(event, { partition: 0, offset }));
      this.beforeFacts();
      return Promise.resolve(found);
    },
    search: () => Promise.resolve([]),
    metricHistory: () => Promise.resolve([]),
  };
}

const nothing: RunEvent = {
  eventId: 'e',
  subject: 'run',
  id: '',
  experimentId: '0',
  type: 'logged',
  atMs: 1,
  actor: 'a',
  attributes: {},
  metrics: [],
  params: [],
  tags: [],
  datasets: [],
  modelInputs: [],
  modelOutputs: [],
  artifacts: [],
};

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
const live = (options: Partial<{ maxFacts: number; maxCatchUp: number }> = {}) =>
  new LiveRuns(memory, memory.history, { maxFacts: 1000, maxCatchUp: 100, ...options });
const create = (id: string) => memory.append({ id, type: 'created', attributes: { created_time: '1' } });
const tag = (id: string, value: string) => memory.append({ id, tags: [{ key: 't', value }] });
const tagOf = async (runs: LiveRuns, id: string) => (await runs.get('run', id))?.tag('t');

describe('a read', () => {
  it('sees every write before it, of runs created before and after the instance came', async () => {
    create('old');
    tag('old', '1');
    const runs = live();
    await runs.follow();
    create('new');
    for (const value of ['2', '3']) {
      tag('old', value);
      tag('new', value);
      expect([await tagOf(runs, 'old'), await tagOf(runs, 'new')]).toEqual([value, value]);
    }
    expect(memory.loads).toBe(1);
  });

  it('of a run that was never created is null', async () => {
    const runs = live();
    expect(await runs.get('run', 'nobody')).toBeNull();
  });

  it('sees a write that comes while history is being read', async () => {
    create('r');
    const runs = live();
    memory.beforeFacts = () => void tag('r', 'late');
    await runs.get('run', 'r');
    memory.beforeFacts = () => undefined;
    expect(await tagOf(runs, 'r')).toBe('late');
  });

  it('after a skip of a long log loads anew instead of missing what was skipped', async () => {
    create('r');
    const runs = live({ maxCatchUp: 5 });
    expect(await tagOf(runs, 'r')).toBeUndefined();
    for (let index = 0; index < 10; index += 1) tag('r', String(index));
    expect(await tagOf(runs, 'r')).toBe('9');
    expect(memory.loads).toBe(2);
  });

  it('is right when the memory for runs is full', async () => {
    const runs = live({ maxFacts: 20 });
    await runs.follow();
    const ids = Array.from({ length: 50 }, (_, index) => `r${index}`);
    for (const id of ids) {
      create(id);
      tag(id, id);
      expect(await tagOf(runs, id)).toBe(id);
    }
    for (const id of ids) expect(await tagOf(runs, id)).toBe(id);
    expect(runs.heldFacts).toBeLessThanOrEqual(20);
  });
});
