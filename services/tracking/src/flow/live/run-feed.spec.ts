import type { RunEvent } from '@millrace/schemas';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { LiveRuns } from '../runs/live-runs.ts';
import { factsOf } from '../runs/run-facts.ts';
import { emptyRunEvent, SimulatedInstance, SimulatedLog } from '../runs/simulated-log.ts';
import { scopeTest, type FeedScope } from './feed-scope.ts';
import { decodePosition, encodePosition } from './log-position.ts';
import { RunFeed, type FeedEvent } from './run-feed.ts';
import type { RunWriteHistory } from './stored-writes.ts';

let log: SimulatedLog;
beforeEach(() => {
  log = new SimulatedLog();
});

const append = (event: Partial<RunEvent> & { id: string }) => log.append({ ...emptyRunEvent, ...event });
const create = (id: string) => append({ id, type: 'created', attributes: { created_time: '1', status: 'RUNNING' } });
const tag = (id: string, value: string) => append({ id, tags: [{ key: 't', value }] });
const param = (id: string, value: string) => append({ id, params: [{ key: 'p', value }] });
const finish = (id: string) => append({ id, type: 'updated', attributes: { status: 'FINISHED' } });

/** What the store has of the log, a write or two to a page. */
const stored: RunWriteHistory = {
  writesOf: async (scope, { from, before }) => {
    const voids = new Set(log.events.flatMap(({ event }) => event.voids));
    const next = Math.min(from + 2, before);
    const facts = log.events
      .slice(from, next)
      .filter(({ event, offset }) => scopeTest(scope)(event) && !voids.has(offset))
      .flatMap(({ event, offset }) => factsOf(event, { partition: 0, offset }).filter(({ kind }) => kind !== 'void'));
    return { facts, next };
  },
};

async function instance(options: Partial<{ maxBytes: number }> = {}) {
  const doors = new SimulatedInstance(log, () => new Promise<void>((resolve) => void setImmediate(resolve)));
  const live = new LiveRuns(doors, doors, { maxBytes: 1_000_000, maxCatchUp: 1000, readTimeoutMs: 1000, ...options });
  await live.follow();
  return (scope: FeedScope, maxQueueBytes = 100_000) =>
    new RunFeed(
      { live, history: doors, writes: stored, stateOf: (head) => ({ id: head.id, t: head.tag('t') }) },
      scope,
      { heartbeatMs: 5, maxQueueBytes },
    );
}

type Shown = FeedEvent<{ id: string; t: string | undefined }>;
const tagOf = (event: Shown) =>
  event.is === 'write' ? event.facts.find(({ kind }) => kind === 'tag')?.text : undefined;
const offsetOf = (event: Shown) => (event.is === 'write' ? event.facts[0]?.offset : undefined);

/** Reads until the log was shown up to its end. */
async function readToEnd(events: AsyncGenerator<Shown, void, void>): Promise<Shown[]> {
  const seen: Shown[] = [];
  for await (const event of events) {
    seen.push(event);
    const reached = event.position?.get(0) ?? 0;
    if (event.is === 'ended' || (event.is === 'quiet' && reached >= log.events.length)) return seen;
  }
  return seen;
}

describe('a subscription to a run', () => {
  it('begins with the state, then tells each write, and ends with the run', async () => {
    create('r');
    tag('r', '1');
    const feed = (await instance())({ of: 'runs', ids: ['r'] });
    const events = feed.events(undefined, ['r']);
    const first = await events.next();
    expect(first.value).toMatchObject({ is: 'state', state: { id: 'r', t: '1' } });
    tag('r', '2');
    tag('r', '3');
    finish('r');
    const seen = await readToEnd(events);
    expect(seen.map(({ is }) => is).filter((is) => is !== 'quiet')).toEqual(['write', 'write', 'write', 'ended']);
    expect(seen.map(tagOf).filter(Boolean)).toEqual(['2', '3']);
  });

  it('never shows a write that does not count, named void or not, from the store as little as from the log', async () => {
    create('r');
    param('r', 'a');
    const refused = param('r', 'b');
    tag('r', '1');
    const late = param('r', 'c');
    append({ id: 'r', type: 'voided', voids: [refused] });
    const open = await instance();
    const fromStore = await readToEnd(open({ of: 'runs', ids: ['r'] }).events(new Map(), []));
    const events = open({ of: 'runs', ids: ['r'] }).events(undefined, ['r']);
    await events.next();
    param('r', 'd');
    tag('r', '2');
    const fromLog = await readToEnd(events);
    expect(fromStore.map(offsetOf).filter((at) => at !== undefined)).toEqual([0, 1, 3]);
    expect(fromStore.map(offsetOf)).not.toContain(late);
    expect(fromLog.map(tagOf).filter(Boolean)).toEqual(['2']);
    expect(fromLog.filter(({ is }) => is === 'write')).toHaveLength(1);
  });

  it('shows the state anew when a write that was shown is named void', async () => {
    create('r');
    const events = (await instance())({ of: 'runs', ids: ['r'] }).events(undefined, ['r']);
    await events.next();
    const shown = tag('r', 'taken back');
    expect((await events.next()).value).toMatchObject({ is: 'write' });
    append({ id: 'r', type: 'voided', voids: [shown] });
    const seen = await readToEnd(events);
    expect(seen.filter(({ is }) => is === 'state')).toEqual([{ is: 'state', state: { id: 'r', t: undefined } }]);
  });

  it('refuses a run that does not exist and a position that the log does not have', async () => {
    create('r');
    const open = await instance();
    await expect(
      open({ of: 'runs', ids: ['no'] })
        .events(undefined, ['no'])
        .next(),
    ).rejects.toMatchObject({
      code: 'TRACKING_RUN_NOT_FOUND',
    });
    const beyond = decodePosition('0/77', [0]);
    await expect(
      open({ of: 'runs', ids: ['r'] })
        .events(beyond, [])
        .next(),
    ).rejects.toMatchObject({
      code: 'TRACKING_EVENT_POSITION_INVALID',
    });
  });

  it('ends while it waits when it is closed', async () => {
    create('r');
    const feed = (await instance())({ of: 'runs', ids: ['r'] });
    const events = feed.events(undefined, ['r']);
    await events.next();
    const waiting = readToEnd(events);
    tag('r', '1');
    feed.close();
    expect((await waiting).every(({ is }) => is === 'quiet')).toBe(true);
  });
});

it('shows every write of an experiment once, however often it is broken off, on whichever instance, with however little memory', async () => {
  const step = fc.record({
    run: fc.constantFrom('a', 'b', 'c'),
    does: fc.constantFrom('tag', 'param', 'create', 'foreign'),
    value: fc.constantFrom('1', '2'),
    breaksOff: fc.boolean(),
    queueBytes: fc.constantFrom(1, 1500, 100_000),
    liveBytes: fc.constantFrom(1, 1_000_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      log = new SimulatedLog();
      create('a');
      const opens = [await instance(), await instance({ maxBytes: 1 })];
      const scope: FeedScope = { of: 'experiment', id: '0' };
      const seen: Shown[] = [];
      let id = encodePosition(new Map([[0, 0]]));
      let events = opens[0]?.(scope).events(new Map(), []);
      for (const [index, { run, does, value, breaksOff, queueBytes }] of steps.entries()) {
        if (does === 'tag') tag(run, value);
        if (does === 'param') param(run, value);
        if (does === 'create') create(run);
        if (does === 'foreign') append({ id: 'x', experimentId: '9', tags: [{ key: 't', value }] });
        if (!breaksOff || events === undefined) continue;
        const next = await events.next();
        if (next.done !== true) {
          seen.push(next.value);
          if (next.value.position) id = encodePosition(next.value.position);
        }
        await events.return();
        const after = id === '' ? new Map<number, number>() : decodePosition(id, [0]);
        events = opens[index % 2]?.(scope, queueBytes).events(after, []);
      }
      if (events) seen.push(...(await readToEnd(events)));
      expect(seen.map(offsetOf).filter((at) => at !== undefined)).toEqual(offsetsThatCount());
    }),
    { numRuns: 40 },
  );
});

/** By the rules, read off the log. */
function offsetsThatCount(): number[] {
  const params = new Map<string, string | undefined>();
  return log.events
    .filter(({ event }) => {
      if (event.experimentId !== '0') return false;
      if (event.type === 'created') {
        if (params.has(event.id)) return false;
        params.set(event.id, undefined);
        return true;
      }
      if (!params.has(event.id)) return false;
      const [said] = event.params;
      if (said === undefined) return true;
      const held = params.get(event.id);
      if (held === undefined) params.set(event.id, said.value);
      return held === undefined || held === said.value;
    })
    .map(({ offset }) => offset);
}
