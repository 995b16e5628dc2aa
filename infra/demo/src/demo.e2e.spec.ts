import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '@millrace/client';
import { runServices, testNamespace } from '@millrace/testing';
import type { RunningServices } from '@millrace/testing';
import { featureNames } from './definitions.ts';
import { demoNames } from './demo-names.ts';
import { dayStartMs, demoProfile } from './demo-profile.ts';
import { playDemo } from './main.ts';
import { PlatformApi } from './platform-api.ts';
import { populate } from './simulator/population.ts';
import { DAY_MS, transactionsOfDay } from './simulator/transactions-of-day.ts';
import type { Transaction } from './simulator/transactions-of-day.ts';

const profile = demoProfile('tiny');
const namespace = testNamespace();
const names = demoNames('tiny', namespace.topicPrefix);
const story = ((): Transaction[] => {
  const population = populate(profile.simulator);
  const days = profile.historyDays + profile.liveDays;
  return Array.from({ length: days }, (_, day) => transactionsOfDay(profile.simulator, population, day)).flat();
})();
let services: RunningServices;
let lines: string[];

beforeAll(async () => {
  services = await runServices(namespace, ['tracking', 'registry', 'features', 'inference', 'drift', 'gateway']);
  lines = await play();
}, 600_000);

afterAll(() => services?.stop());

async function play(): Promise<string[]> {
  const said: string[] = [];
  const signal = AbortSignal.timeout(580_000);
  await playDemo({ env: services.env, profile: 'tiny', signal, say: (text) => said.push(text) });
  return said;
}

interface TrainingRow {
  readonly eventId: string;
  readonly [feature: string]: unknown;
}

/** Every vector as it was served, through the same call that training uses. */
async function servedRows(): Promise<TrainingRow[]> {
  const response = await fetch(`${services.env['MILLRACE_GATEWAY_URL'] ?? ''}/api/v1/training-sets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      featureService: names.featureService,
      mode: 'as-served',
      from: new Date(dayStartMs(profile.simulator, 0)).toISOString(),
      to: new Date(dayStartMs(profile.simulator, profile.historyDays)).toISOString(),
    }),
  });
  const text = await response.text();
  return text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as TrainingRow)));
}

describe('the demo', () => {
  test('tells its story to the end', () => {
    const text = lines.join('\n');
    expect(text).toContain('version 1 is champion');
    const scored = /scored live +(\d+) of (\d+) payments, 0 failed/.exec(text);
    expect(scored?.[1]).toBe(scored?.[2]);
    const live = story.filter(({ timeMs }) => timeMs >= dayStartMs(profile.simulator, profile.historyDays));
    expect(Number(scored?.[2])).toBe(live.length);
    expect(text).toMatch(/AUC +0\.\d+ over \d+ outcomes/);
  });

  test('serves history whose every windowed feature equals a recomputation from the story', async () => {
    const rows = await servedRows();
    const expected = recomputed(story);
    const history = story.filter(({ timeMs }) => timeMs < dayStartMs(profile.simulator, profile.historyDays));
    expect(rows.map((row) => row.eventId).sort()).toEqual(history.map((t) => t.transactionId).sort());
    const differing: string[] = [];
    for (const row of rows) {
      for (const [name, value] of Object.entries(expected(row.eventId))) {
        const served = Number(row[name]);
        if (!(Math.abs(served - value) <= 1e-9 * Math.max(1, Math.abs(value)))) {
          differing.push(`${row.eventId} ${name}: ${served}, not ${value}`);
        }
      }
    }
    expect(differing).toEqual([]);
    expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(featureNames(names)));
  });

  test('shows the change: the amount drifts from that day on, and not before', async () => {
    const patience = { signal: new AbortController().signal, say: () => undefined };
    const api = new PlatformApi(services.env['MILLRACE_GATEWAY_URL'] ?? '', patience);
    // The demo ends when most is reported; on a busy machine the last windows follow.
    const reports = await vi.waitFor(
      async () => {
        const found = await api.reports(names.endpoint);
        expect(found.length).toBeGreaterThanOrEqual(profile.liveDays - 1);
        return found;
      },
      { timeout: 180_000, interval: 500 },
    );
    const changeDay = new Date(dayStartMs(profile.simulator, profile.simulator.change?.day ?? 0)).toISOString();
    const psi = reports.map((report) => ({
      isChanged: report.window.start >= changeDay,
      amount: report.columns.find((column) => column.name === 'amount')?.psi ?? 0,
    }));
    expect(Math.min(...psi.filter((p) => p.isChanged).map((p) => p.amount))).toBeGreaterThan(
      Math.max(...psi.filter((p) => !p.isChanged).map((p) => p.amount)),
    );
    const alerts = await api.alerts(names.endpoint);
    expect(alerts.some((alert) => alert.rule === 'ks-p-value' && alert.window.start >= changeDay)).toBe(true);
  });

  test('played again adds nothing', async () => {
    await using platform = await connect({ env: services.env });
    const ends = async (): Promise<number[][]> =>
      Promise.all([names.transactionsTopic, names.labelsTopic].map((topic) => platform.bus.topics.endOffsets(topic)));
    const before = await ends();
    const said = await play();
    expect(await ends()).toEqual(before);
    expect(said.join('\n')).toContain('drift, in pictures');
  });
});

/** The features of a payment from nothing but the story: slow and plain. */
function recomputed(all: readonly Transaction[]): (transactionId: string) => Record<string, number> {
  const byId = new Map(all.map((transaction, i) => [transaction.transactionId, { transaction, i }]));
  const byCustomer = Map.groupBy(
    all.map((transaction, i) => ({ transaction, i })),
    (one) => one.transaction.customerId,
  );
  const byTerminal = Map.groupBy(all, (transaction) => transaction.terminalId);
  return (id) => {
    const own = byId.get(id);
    if (own === undefined) throw new Error(`${id} is not in the story`);
    const { timeMs, customerId, terminalId, amount } = own.transaction;
    const features: Record<string, number> = { amount };
    for (const days of [1, 7, 30]) {
      const fromMs = timeMs - days * DAY_MS;
      const payments = (byCustomer.get(customerId) ?? []).filter(
        (other) =>
          other.transaction.timeMs > fromMs &&
          (other.transaction.timeMs < timeMs || (other.transaction.timeMs === timeMs && other.i <= own.i)),
      );
      features[`customer_payments_${days}d`] = payments.length;
      features[`customer_mean_amount_${days}d`] =
        payments.reduce((sum, other) => sum + other.transaction.amount, 0) / payments.length;
      const known = (byTerminal.get(terminalId) ?? []).filter(
        (other) => other.timeMs > fromMs - 7 * DAY_MS && other.timeMs <= timeMs - 7 * DAY_MS,
      );
      const frauds = known.filter((other) => other.scenario > 0).length;
      features[`terminal_payments_${days}d`] = known.length;
      features[`terminal_frauds_${days}d`] = frauds;
      features[`terminal_risk_${days}d`] = known.length === 0 ? 0 : frauds / known.length;
    }
    return features;
  };
}
