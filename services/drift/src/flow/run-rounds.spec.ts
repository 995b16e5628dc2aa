import { describe, expect, test } from 'vitest';
import { defaultRules } from './monitor.ts';
import type { Monitor, MonitorNote } from './monitor.ts';
import { RunRounds } from './run-rounds.ts';

const monitor = (name: string): Monitor => ({
  name,
  endpoint: name,
  generation: 1,
  reference: { type: 'first', rows: 100 },
  window: { type: 'time', lengthMs: 1000, graceMs: 0 },
  threshold: 0.5,
  minRows: 30,
  rules: defaultRules,
  createdAtMs: 0,
  createdBy: 'test',
});

/** Rounds over three monitors of which the second fails, until `enough` says so. */
async function rounds(
  fault: () => Error,
): Promise<{ looked: string[]; notes: Map<string, MonitorNote>; faults: string[] }> {
  const looked: string[] = [];
  const notes = new Map<string, MonitorNote>();
  const faults: string[] = [];
  const stopped = Promise.withResolvers<void>();
  const running = new RunRounds({
    detect: {
      forget: () => undefined,
      round: (monitor) => {
        looked.push(monitor.name);
        if (looked.length === 6) stopped.resolve();
        if (monitor.name === 'broken') return Promise.reject(fault());
        return Promise.resolve({ reported: 1, note: { state: 'watching', reason: null } });
      },
    },
    monitors: () => ['first', 'broken', 'last'].map((name) => monitor(name)),
    note: (monitor, note) => {
      notes.set(monitor.name, note);
      return Promise.resolve();
    },
    caughtUp: () => Promise.resolve(),
    roundMs: 1,
    now: () => 0,
    log: { warn: () => undefined, error: () => undefined },
    onRound: () => undefined,
    onFault: ({ name }) => faults.push(name),
    onLeading: () => undefined,
  });
  running.start();
  await stopped.promise;
  await running.stop();
  return { looked, notes, faults };
}

describe('a monitor that fails', () => {
  test('holds up no other one, is counted, and its fault is noted where people see it', async () => {
    const { looked, notes, faults } = await rounds(() => new RangeError('Invalid typed array length: -1'));
    expect(looked.slice(0, 6)).toEqual(['first', 'broken', 'last', 'first', 'broken', 'last']);
    expect(faults.slice(0, 2)).toEqual(['broken', 'broken']);
    expect(notes.get('broken')).toEqual({ state: 'failing', reason: 'Invalid typed array length: -1' });
    expect(notes.get('last')).toEqual({ state: 'watching', reason: null });
  });

  test('for a reason that passes is waited for, and holds up no other one either', async () => {
    const outage = (): Error => Object.assign(new Error('features did not answer'), { transient: true });
    const { looked, notes, faults } = await rounds(outage);
    expect(looked.slice(0, 3)).toEqual(['first', 'broken', 'last']);
    expect(faults).toEqual([]);
    expect(notes.has('broken')).toBe(false);
  });
});
