import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { outgoing, TestBed, until } from '../flow-test-bed.ts';
import { counterDomain } from './counter-domain.ts';
import type { CounterCommand, CounterState } from './counter-domain.ts';
import { Journal } from './journal.ts';

const topic = 'counter.journal';
let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

async function open(on: EventBus): Promise<Journal<CounterState, CounterCommand>> {
  const journal = await Journal.open(on, { topic, domain: counterDomain });
  return bed.opened(journal);
}

describe('Journal', () => {
  it('applies commands of two instances in one order and both see all of them', async () => {
    const [one, two] = [await open(bus), await open(await bed.bus())];
    const adds = Array.from({ length: 200 }, (_, i) =>
      (i % 2 ? one : two).submit({ type: 'add', name: 'a', by: 1 }, { actor: 'test' }),
    );
    const results = await Promise.all(adds);
    const counts = results.map((result) => (result.ok ? Number(result.result) : -1));
    expect(new Set(counts).size).toBe(200);
    expect((await one.read()).counts.get('a')).toBe(200);
    expect((await two.read()).counts.get('a')).toBe(200);
  });

  it('takes a command as large as its topic does, and refuses a larger one by its code', async () => {
    const journal = await open(bus);
    const add = (bytes: number) =>
      journal.submit({ type: 'add', name: 'a'.repeat(bytes), by: 1 }, { actor: 'test', requestId: `r${bytes}` });
    expect(await add(4_100_000)).toMatchObject({ ok: true });
    await expect(add(4_194_000)).rejects.toMatchObject({ code: 'EVENTS_COMMAND_TOO_LARGE' });
    expect(await add(1)).toMatchObject({ ok: true });
  });

  it('shows a write of another instance to a read that starts after it', async () => {
    const [one, two] = [await open(bus), await open(await bed.bus())];
    for (let i = 1; i <= 50; i++) {
      await one.submit({ type: 'add', name: 'a', by: 1 }, { actor: 'test' });
      expect((await two.read()).counts.get('a')).toBe(i);
    }
  });

  it('replays on opening and is ready only then', async () => {
    const one = await open(bus);
    for (let i = 0; i < 20; i++) await one.submit({ type: 'add', name: 'a', by: 2 }, { actor: 'test' });
    const late = await open(await bed.bus());
    const seen: boolean[] = [];
    late.onApplied(({ replayed }) => seen.push(replayed));
    expect(late.ready).toBe(false);
    await late.whenReady();
    expect(late.ready).toBe(true);
    expect(late.state.counts.get('a')).toBe(40);
    expect(seen).toEqual(Array.from({ length: 20 }, () => true));
    expect(late.position).toBe(20);
  });

  it('answers a repeated request id with the first result and another body with a conflict', async () => {
    const [one, two] = [await open(bus), await open(await bed.bus())];
    const options = { actor: 'test', requestId: 'r1' };
    const all = await Promise.all(
      [one, two, one, two].map((journal) => journal.submit({ type: 'add', name: 'a', by: 1 }, options)),
    );
    expect(all.map((result) => ({ ok: result.ok, offset: result.offset }))).toEqual(
      Array.from({ length: 4 }, () => ({ ok: true, offset: all[0]?.offset })),
    );
    expect(await two.submit({ type: 'add', name: 'a', by: 5 }, options)).toMatchObject({
      ok: false,
      code: 'JOURNAL_REQUEST_CONFLICT',
    });
    expect((await two.read()).counts.get('a')).toBe(1);
  });

  it('knows a repeat by what was asked, where the command holds more than that', async () => {
    const [one, two] = [await open(bus), await open(await bed.bus())];
    const options = { actor: 'test', requestId: 'asked', asked: { add: 'a' } };
    expect(await one.answered(options.asked, 'asked')).toBeNull();
    const { offset } = await one.submit({ type: 'add', name: 'a', by: 1 }, options);
    expect(await two.answered(options.asked, 'asked')).toMatchObject({ ok: true, offset, repeated: true });
    expect(await two.submit({ type: 'add', name: 'a', by: 2 }, options)).toMatchObject({ ok: true, offset });
    expect(await two.answered({ add: 'b' }, 'asked')).toMatchObject({ ok: false, code: 'JOURNAL_REQUEST_CONFLICT' });
    expect(await two.answered(options.asked, undefined)).toBeNull();
  });

  it('returns a rejection as a result and remembers it', async () => {
    const journal = await open(bus);
    const rejected = await journal.submit({ type: 'add', name: 'a', by: -1 }, { actor: 'test', requestId: 'r' });
    expect(rejected).toMatchObject({ ok: false, code: 'COUNTER_NEGATIVE', repeated: false });
    const again = await journal.submit({ type: 'add', name: 'a', by: -1 }, { actor: 'test', requestId: 'r' });
    expect(again).toMatchObject({ ok: false, code: 'COUNTER_NEGATIVE', repeated: true, offset: rejected.offset });
  });

  it('becomes unready for ever at a command that it does not know', async () => {
    const old = await open(bus);
    await old.whenReady();
    const newer = bed.opened(
      await Journal.open(await bed.bus(), {
        topic,
        domain: { ...counterDomain, types: [...counterDomain.types, 'reset'] as never },
      }),
    );
    await newer.submit({ type: 'reset' } as never, { actor: 'test' });
    await until(() => old.fault !== undefined);
    expect(old.fault?.code).toBe('EVENTS_JOURNAL_UNKNOWN_COMMAND');
    expect(old.ready).toBe(false);
    await expect(old.read()).rejects.toThrow(/"reset"/);
    await expect(old.submit({ type: 'add', name: 'a', by: 1 }, { actor: 'test' })).rejects.toThrow(/"reset"/);
  });

  it('becomes unready at a record that is no command', async () => {
    const journal = await open(bus);
    await journal.whenReady();
    await bus.producer().send([outgoing(bus.topics.name(topic), 0, 'not a command')]);
    await until(() => journal.fault !== undefined);
    expect(journal.fault?.code).toBe('EVENTS_JOURNAL_UNREADABLE');
  });

  it('refuses a journal topic with several partitions', async () => {
    const name = bus.topics.name('wide.journal');
    await bus.topics.ensureExact([
      { name, schema: null, key: '', partitions: 2, retentionMs: -1, cleanup: 'delete', maxMessageBytes: 4_194_304 },
    ]);
    await expect(Journal.open(bus, { topic: 'wide.journal', domain: counterDomain })).rejects.toMatchObject({
      code: 'EVENTS_TOPIC_MISMATCH',
    });
  });

  it('fails what still waits when it is closed', async () => {
    const journal = await Journal.open(bus, { topic, domain: counterDomain });
    await journal.whenReady();
    await journal.close();
    await expect(journal.read()).rejects.toThrow();
    await expect(journal.submit({ type: 'add', name: 'a', by: 1 }, { actor: 'test' })).rejects.toThrow(TransientError);
  });
});
