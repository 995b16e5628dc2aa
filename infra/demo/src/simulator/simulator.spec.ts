import { describe, expect, test } from 'vitest';
import { populate } from './population.ts';
import { Random } from './random.ts';
import { timeline } from './timeline.ts';
import { DAY_MS, transactionsOfDay } from './transactions-of-day.ts';
import type { SimulatorConfig, Transaction } from './transactions-of-day.ts';

const config: SimulatorConfig = {
  seed: 7,
  cardholders: 500,
  terminals: 1000,
  startMs: Date.UTC(2025, 0, 6),
  labelDelayDays: 7,
  compromisedTerminalsPerDay: 0.4,
  leakedCardholdersPerDay: 0.3,
  change: null,
};
const population = populate(config);
const days = (from: number, to: number, changed: Partial<SimulatorConfig> = {}): Transaction[] =>
  Array.from({ length: to - from }, (_, i) =>
    transactionsOfDay({ ...config, ...changed }, population, from + i),
  ).flat();
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('draws', () => {
  const random = Random.of('draws');
  const many = <T>(draw: () => T): T[] => Array.from({ length: 20_000 }, draw);

  test('normal draws have the mean and deviation asked for', () => {
    const values = many(() => random.normal(10, 3));
    expect(mean(values)).toBeCloseTo(10, 0);
    expect(Math.sqrt(mean(values.map((v) => (v - 10) ** 2)))).toBeCloseTo(3, 0);
  });

  test('Poisson draws have mean and variance alike', () => {
    const values = many(() => random.poisson(2.5));
    expect(mean(values)).toBeCloseTo(2.5, 1);
    expect(mean(values.map((v) => (v - 2.5) ** 2))).toBeCloseTo(2.5, 0);
  });

  test('streams of different names differ and streams of one name are equal', () => {
    const draw = (...name: (string | number)[]): number[] => {
      const stream = Random.of(...name);
      return Array.from({ length: 5 }, () => stream.uniform(0, 1));
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
  });
});

describe('payments', () => {
  const payments = days(0, 60);

  test('are the same for the same seed, and any day can be made alone', () => {
    expect(transactionsOfDay(config, populate(config), 31)).toEqual(transactionsOfDay(config, population, 31));
    expect(days(20, 22)).toEqual([...days(20, 21), ...days(21, 22)]);
    expect(days(20, 21, { seed: 8 })).not.toEqual(days(20, 21));
  });

  test('come about twice a day from each cardholder, around noon, inside their day', () => {
    expect(payments.length / 60 / config.cardholders).toBeGreaterThan(1.6);
    expect(payments.length / 60 / config.cardholders).toBeLessThan(2.1);
    const seconds = payments.map((payment) => ((payment.timeMs - config.startMs) % DAY_MS) / 1000);
    expect(mean(seconds)).toBeGreaterThan(42_000);
    expect(mean(seconds)).toBeLessThan(44_500);
    expect(Math.min(...seconds)).toBeGreaterThan(0);
  });

  test('are made at terminals within reach and never cost less than nothing', () => {
    const reach = new Map(
      population.cardholders.map((c) => [c.id, new Set(c.terminals.map((i) => population.terminals[i]))]),
    );
    expect(payments.every((payment) => reach.get(payment.customerId)?.has(payment.terminalId))).toBe(true);
    expect(payments.every((payment) => payment.amount >= 0)).toBe(true);
  });

  test('have distinct ids', () => {
    expect(new Set(payments.map((payment) => payment.transactionId)).size).toBe(payments.length);
  });
});

describe('fraud', () => {
  const payments = days(30, 75);
  const share = (scenario: number): number => payments.filter((p) => p.scenario === scenario).length / payments.length;

  test('is rare, and every kind occurs', () => {
    for (const scenario of [1, 2, 3]) expect(share(scenario)).toBeGreaterThan(0);
    expect(1 - share(0)).toBeGreaterThan(0.003);
    expect(1 - share(0)).toBeLessThan(0.05);
  });

  test('includes every payment above 220', () => {
    expect(payments.filter((p) => p.amount > 220).every((p) => p.scenario !== 0)).toBe(true);
  });

  test('stays at a compromised terminal for 28 days, on all its payments', () => {
    const quiet = { compromisedTerminalsPerDay: 0, leakedCardholdersPerDay: 0 };
    const attacked = days(0, 60, { ...quiet, compromisedTerminalsPerDay: 1 }).filter((p) => p.scenario === 2);
    const daysOf = new Map<string, number[]>();
    for (const p of attacked) {
      const day = Math.floor((p.timeMs - config.startMs) / DAY_MS);
      daysOf.set(p.terminalId, [...(daysOf.get(p.terminalId) ?? []), day]);
    }
    const spans = [...daysOf.values()].map((seen) => Math.max(...seen) - Math.min(...seen));
    expect(spans.length).toBeGreaterThan(20);
    expect(Math.max(...spans.filter((span) => span < 28))).toBeGreaterThan(20);
  });

  test("multiplies a third of a leaked cardholder's payments by five", () => {
    const base = { compromisedTerminalsPerDay: 0, leakedCardholdersPerDay: 0 };
    const before = days(0, 30, base);
    const after = days(0, 30, { ...base, leakedCardholdersPerDay: 2 });
    const victims = new Set(after.filter((p) => p.scenario === 3).map((p) => p.customerId));
    expect(victims.size).toBeGreaterThan(10);
    const meanOf = (list: readonly Transaction[], misused: boolean): number =>
      mean(list.filter((p) => victims.has(p.customerId) && (p.scenario === 3) === misused).map((p) => p.amount));
    expect(meanOf(after, true) / meanOf(before, false)).toBeGreaterThan(3.5);
    expect(meanOf(after, true) / meanOf(before, false)).toBeLessThan(6.5);
  });
});

test('from the day of the change amounts and the amount that gives fraud away double', () => {
  const change = { day: 50, amountFactor: 2 };
  expect(days(40, 50, { change })).toEqual(days(40, 50));
  const [before, after] = [days(50, 60), days(50, 60, { change })];
  expect(after.map((p) => p.scenario)).toEqual(before.map((p) => p.scenario));
  expect(mean(after.map((p) => p.amount)) / mean(before.map((p) => p.amount))).toBeCloseTo(2, 2);
  expect(after.some((p) => p.amount > 220 && p.scenario === 0)).toBe(true);
});

describe('the timeline', () => {
  const events = [...timeline(config, population, { fromDay: 0, toDay: 12 })];

  test('is in the order of time', () => {
    expect(events.every((event, i) => event.timeMs >= (events[i - 1]?.timeMs ?? 0))).toBe(true);
  });

  test('tells each label once, exactly the delay after its payment', () => {
    const labels = events.filter((event) => event.kind === 'label');
    expect(labels.map((event) => event.transaction)).toEqual(days(0, 5));
    expect(labels.every((event) => event.timeMs === event.transaction.timeMs + 7 * DAY_MS)).toBe(true);
  });

  test('goes on in the middle as if it had never stopped', () => {
    const rest = [...timeline(config, population, { fromDay: 9, toDay: 12 })];
    expect(events.slice(-rest.length)).toEqual(rest);
  });
});
