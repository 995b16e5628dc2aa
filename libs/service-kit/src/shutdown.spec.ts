import { expect, it } from 'vitest';
import { parseCrashPlan } from './crash-point.ts';
import { UnavailableError } from './coded-error.ts';
import { ServiceLog } from './service-log.ts';
import { Shutdown } from './shutdown.ts';
import { untilAvailable } from './until-available.ts';

const log = new ServiceLog({ service: 'x', level: 'error', destination: { write: () => undefined } });

it('everything closes once, in the order of the phases, the newest first within one', async () => {
  const shutdown = new Shutdown(log);
  const closed: string[] = [];
  for (const [phase, name] of [
    ['stores', 'clickhouse'],
    ['producers', 'bus'],
    ['consumers', 'journal'],
    ['consumers', 'publisher'],
    ['http', 'server'],
  ] as const) {
    shutdown.add(phase, name, () => void closed.push(name));
  }
  await Promise.all([shutdown.run(), shutdown.run()]);
  expect(closed).toEqual(['server', 'publisher', 'journal', 'bus', 'clickhouse']);
});

it('groups close at once, after the server and before what they were built from', async () => {
  const shutdown = new Shutdown(log);
  const events: string[] = [];
  const bothClosing = Promise.withResolvers<void>();
  const group = (name: string) => async () => {
    events.push(`${name} closes`);
    if (events.length === 3) bothClosing.resolve();
    await bothClosing.promise;
  };
  shutdown.add('consumers', 'journal', () => void events.push('journal'));
  shutdown.add('groups', 'sink', group('sink'));
  shutdown.add('groups', 'publisher', group('publisher'));
  shutdown.add('http', 'server', () => void events.push('server'));
  await shutdown.run();
  expect(events).toEqual(['server', 'publisher closes', 'sink closes', 'journal']);
});

it('a step that fails does not keep the others open', async () => {
  const shutdown = new Shutdown(log);
  let closed = false;
  shutdown.add('consumers', 'broken', () => Promise.reject(new Error('no')));
  shutdown.add('stores', 'store', () => void (closed = true));
  await shutdown.run();
  expect(closed).toBe(true);
});

it('a start-up step is tried again while a dependency is away, and not when it can never work', async () => {
  let tries = 0;
  const value = await untilAvailable(log, 'broker', async () => {
    tries += 1;
    if (tries < 3) throw new UnavailableError('BROKER_DOWN', 'not yet');
    return 'up';
  });
  expect([value, tries]).toEqual(['up', 3]);
  await expect(untilAvailable(log, 'broker', () => Promise.reject(new Error('wrong password')))).rejects.toThrow(
    'wrong',
  );
});

it('a crash plan names points and passes', () => {
  expect([...parseCrashPlan('a.before:3, b.after')]).toEqual([
    ['a.before', 3],
    ['b.after', 1],
  ]);
  expect(() => parseCrashPlan('a:0')).toThrow('MILLRACE_CRASH_POINTS');
});
