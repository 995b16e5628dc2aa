import type { RunEvent } from '@millrace/schemas';
import { beforeEach, describe, expect, it } from 'vitest';
import { LiveRuns } from './live-runs.ts';
import { emptyRunEvent, SimulatedInstance, SimulatedLog } from './simulated-log.ts';

let log: SimulatedLog;
let doors: SimulatedInstance;
let before: (what: string) => unknown = () => undefined;
beforeEach(() => {
  before = () => undefined;
  log = new SimulatedLog();
  doors = new SimulatedInstance(log, async (what) => void (await before(what)));
});
const live = (options: Partial<{ maxBytes: number; maxCatchUp: number }> = {}) =>
  new LiveRuns(doors, doors, { maxBytes: 1_000_000, maxCatchUp: 100, readTimeoutMs: 50, ...options });
const append = (event: Partial<RunEvent> & { id: string }) => log.append({ ...emptyRunEvent, ...event });
const create = (id: string) => append({ id, type: 'created', attributes: { created_time: '1' } });
const tag = (id: string, value: string) => append({ id, tags: [{ key: 't', value }] });
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
    expect(doors.loads).toBe(1);
  });

  it('up to the end of the log tells listeners of every write before it', async () => {
    const runs = live();
    await runs.follow();
    const told: string[] = [];
    runs.onFolded({ folded: ({ event }) => told.push(event.id), skipped: () => undefined });
    create('r');
    tag('r', '1');
    await runs.readUp();
    expect(told).toEqual(['r', 'r']);
  });

  it('of a run that was never created is null', async () => {
    const runs = live();
    await runs.follow();
    expect(await runs.get('run', 'nobody')).toBeNull();
  });

  it('sees a write that comes while history is being read', async () => {
    create('r');
    const runs = live();
    await runs.follow();
    before = (what) => {
      if (what !== 'rows') return;
      before = () => undefined;
      tag('r', 'late');
    };
    await runs.get('run', 'r');
    expect(await tagOf(runs, 'r')).toBe('late');
  });

  it('after a skip of a long log loads anew instead of missing what was skipped', async () => {
    create('r');
    const runs = live({ maxCatchUp: 5 });
    await runs.follow();
    expect(await tagOf(runs, 'r')).toBeUndefined();
    const skipped: number[] = [];
    runs.onFolded({ folded: () => undefined, skipped: (_, nextOffset) => skipped.push(nextOffset) });
    before = (what) => (what === 'fetch' ? new Promise(() => undefined) : undefined);
    for (let index = 0; index < 10; index += 1) tag('r', String(index));
    expect(await tagOf(runs, 'r')).toBe('9');
    expect(doors.loads).toBe(2);
    expect(skipped).toEqual([11]);
  });

  it('is right when the memory for runs is full, and texts count by their length', async () => {
    const runs = live({ maxBytes: 20_000 });
    await runs.follow();
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`.padEnd(4_000, '.'));
    for (const id of ids) {
      create(id);
      tag(id, id);
      expect(await tagOf(runs, id)).toBe(id);
      expect(runs.heldBytes).toBeLessThanOrEqual(20_000);
    }
    for (const id of ids) expect(await tagOf(runs, id)).toBe(id);
    expect(runs.heldRuns).toBeLessThan(5);
    expect(runs.heldBytes).toBeGreaterThan(4_000);
  });

  it('waits no longer than it may for a log that is not read', async () => {
    const runs = live();
    await runs.follow();
    before = (what) => (what === 'deliver' ? new Promise(() => undefined) : undefined);
    create('r');
    await expect(runs.get('run', 'r')).rejects.toMatchObject({ code: 'TRACKING_LOG_BEHIND' });
  });
});

describe('a listener', () => {
  it('hears of each write that counts, once and in order, with the run when it is held', async () => {
    create('old');
    const runs = live();
    await runs.follow();
    const heard: unknown[] = [];
    runs.onFolded({
      folded: ({ offset, facts, head }) => heard.push([offset, facts.map(({ key }) => key), head?.id]),
      skipped: () => undefined,
    });
    create('new');
    create('new');
    tag('new', '1');
    tag('old', '1');
    await runs.get('run', 'new');
    expect(heard).toEqual([
      [1, ['created_time'], 'new'],
      [3, ['t'], 'new'],
      [4, ['t'], undefined],
    ]);
  });
});
