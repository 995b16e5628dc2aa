import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolatedClickHouse } from '../clickhouse-under-test.ts';
import { ClickHouse } from '../clickhouse.ts';
import { migrate } from '../migrations/migrate.ts';
import { ownMigrations } from '../migrations/own-migrations.ts';
import { SinkPositions } from './positions.ts';
import { SinkTestBed } from './sink-test-bed.ts';

const { clickhouse, config, drop } = isolatedClickHouse();
const { env } = testNamespace();
let bed: SinkTestBed;
let positions: SinkPositions;

async function stored(): Promise<{ n: number; facts: number }> {
  const counts = await clickhouse.queryOne<{ n: number; facts: number }>(
    'SELECT count() AS n, uniqExact(event_id) AS facts FROM predictions',
  );
  return counts ?? { n: -1, facts: -1 };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The signal that ended the process. */
async function runUntilKilled(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const program = path.join(import.meta.dirname, 'sink-test-child.ts');
  const child = spawn(process.execPath, ['--conditions=source', program], {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  const [, signal] = await once(child, 'exit');
  return signal;
}

beforeAll(async () => {
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  bed = await SinkTestBed.connect(env);
  positions = new SinkPositions({ committedOffsets: (t) => bed.bus.topics.committedOffsets('history', t) });
});

afterAll(async () => {
  await bed.bus.topics.delete([bed.topic]);
  await bed.close();
  await drop();
});

describe('ClickHouseSink on real servers', () => {
  it('stores each prediction once while instances come and go, duplicates are written and ClickHouse fails', async () => {
    const first = await bed.startInstance(clickhouse);
    await bed.publish(range(0, 2000));
    // A second instance takes over some partitions while the first holds rows.
    const second = await bed.startInstance(flaky(clickhouse));
    // The writer crashed and wrote its last records again.
    await bed.publish([...range(1900, 2000), ...range(2000, 4000)]);
    await first.stop();
    const written = await bed.publish(range(4000, 6000));
    const third = await bed.startInstance(clickhouse);
    await second.stop();
    expect(await third.positions.waitFor(written, 120_000)).toEqual({ reached: true });
    expect(await stored()).toEqual({ n: 6000, facts: 6000 });
    await third.stop();
  });

  it('lets a reader wait for its write, here and in another process, and says what is missing in time', async () => {
    const written = await bed.publish(range(6000, 6010));
    const [last] = written.slice(-1);
    expect(await positions.waitFor(written, 300)).toMatchObject({ reached: false });
    const instance = await bed.startInstance(clickhouse);
    expect(await instance.positions.waitFor(written, 120_000)).toEqual({ reached: true });
    expect(await positions.waitFor(written, 120_000)).toEqual({ reached: true });
    const found = await clickhouse.queryOne('SELECT count() AS n FROM predictions WHERE score >= 6000');
    expect(found).toEqual({ n: 10 });
    const future = { topic: bed.topic, partition: last?.partition ?? 0, offset: (last?.offset ?? 0) + 1000 };
    const waiting = await instance.positions.waitFor([...written, future], 200);
    expect(waiting).toEqual({ reached: false, missing: [future] });
    await instance.stop();
  });

  it('waits for a ClickHouse that is away and goes on by itself', async () => {
    let away = true;
    const absent = new ClickHouse({ ...config, url: 'http://127.0.0.1:1' });
    const instance = await bed.startInstance({
      insertBytes: async (...insert) => {
        await (away ? absent : clickhouse).insertBytes(...insert);
      },
    });
    const before = await stored();
    const written = await bed.publish(range(6010, 6110));
    expect(await instance.positions.waitFor(written, 1_000)).toMatchObject({ reached: false });
    expect(await stored()).toEqual(before);
    away = false;
    expect(await instance.positions.waitFor(written, 120_000)).toEqual({ reached: true });
    expect(await stored()).toEqual({ n: before.n + 100, facts: before.facts + 100 });
    await instance.stop();
    await absent.close();
  });

  it('stores each prediction once when its process is killed at each step of a flush', async () => {
    const before = await stored();
    const first = 10_000;
    let next = first;
    for (const death of ['before-intent:1', 'after-intent:2', 'after-insert:1', 'after-insert:3']) {
      await bed.publish(range(next, next + 1500));
      // Written twice, as by a producer that died before its answer came.
      await bed.publish(range(next + 1400, next + 1500));
      next += 1500;
      const signal = await runUntilKilled({ ...env, MILLRACE_CLICKHOUSE_DATABASE: clickhouse.database, DEATH: death });
      expect(signal, death).toBe('SIGKILL');
    }
    const instance = await bed.startInstance(clickhouse);
    const written = await bed.publish(range(next, next + 8));
    expect(await instance.positions.waitFor(written, 120_000)).toEqual({ reached: true });
    const added = next + 8 - first;
    expect(await stored()).toEqual({ n: before.n + added, facts: before.facts + added });
    await instance.stop();
  }, 300_000);
});

/** Every third insert is applied but its answer lost, every fourth never arrives. */
function flaky(real: ClickHouse): Pick<ClickHouse, 'insertBytes'> {
  let inserts = 0;
  return {
    insertBytes: async (...insert) => {
      inserts += 1;
      if (inserts % 4 === 0) throw new Error('never sent');
      await real.insertBytes(...insert);
      if (inserts % 3 === 0) throw new Error('answer lost');
    },
  };
}
