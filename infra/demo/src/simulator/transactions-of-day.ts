import type { Population } from './population.ts';
import { Random } from './random.ts';

export interface Transaction {
  readonly transactionId: string;
  readonly customerId: string;
  readonly terminalId: string;
  readonly amount: number;
  readonly timeMs: number;
  /** 0 for a genuine payment, else the kind of fraud. The truth, which only the label may tell. */
  readonly scenario: 0 | 1 | 2 | 3;
}

export interface SimulatorConfig {
  readonly seed: number;
  readonly cardholders: number;
  readonly terminals: number;
  /** Midnight, UTC, of day 0. */
  readonly startMs: number;
  /** A new label follows its transaction by this many days. */
  readonly labelDelayDays: number;
  readonly compromisedTerminalsPerDay: number;
  readonly leakedCardholdersPerDay: number;
  /** From this day on everything costs `amountFactor` as much, and so does the amount above which a payment is fraud. */
  readonly change: { readonly day: number; readonly amountFactor: number } | null;
}

export const DAY_MS = 86_400_000;
const SUSPICIOUS_AMOUNT = 220;
const TERMINAL_COMPROMISED_DAYS = 28;
const CARDHOLDER_LEAKED_DAYS = 14;
const LEAKED_SHARE = 1 / 3;
const LEAKED_FACTOR = 5;

/**
 * All payments of one day in the order of their times. A pure function of the configuration and the day: any day can be made alone,
 * so a run may stop and go on anywhere, and memory holds one day.
 *
 * Implemented from the description in Y.-A. Le Borgne, W. Siblini, B. Lebichot, G. Bontempi, "Reproducible Machine Learning for Credit
 * Card Fraud Detection - Practical Handbook", chapter 3 (2022): times normal around noon (σ 20,000 s, inside the day), amounts normal
 * (σ half the mean, negative ones drawn again uniformly up to twice the mean); fraud is an amount above 220 (1), any payment at one of
 * two terminals newly compromised each day for 28 days (2), and a third of the payments, five times as high, of three cardholders
 * whose data newly leaks each day for 14 days (3).
 */
export function transactionsOfDay(config: SimulatorConfig, population: Population, day: number): Transaction[] {
  const compromised = drawn(day, TERMINAL_COMPROMISED_DAYS, (drawDay) =>
    draws(config, {
      day: drawDay,
      what: 'compromised',
      rate: config.compromisedTerminalsPerDay,
      among: config.terminals,
    }),
  );
  const leaked = drawn(day, CARDHOLDER_LEAKED_DAYS, (drawDay) =>
    draws(config, { day: drawDay, what: 'leaked', rate: config.leakedCardholdersPerDay, among: config.cardholders }),
  );
  const factor = config.change !== null && day >= config.change.day ? config.change.amountFactor : 1;
  const random = Random.of(config.seed, 'payments', day);
  const payments: Omit<Transaction, 'transactionId'>[] = [];
  population.cardholders.forEach((cardholder, index) => {
    const count = random.poisson(cardholder.transactionsPerDay);
    for (let i = 0; i < count; i += 1) {
      const second = Math.floor(random.normal(43_200, 20_000));
      const drawnAmount = random.normal(cardholder.meanAmount, cardholder.meanAmount / 2);
      const amount = drawnAmount < 0 ? random.uniform(0, 2 * cardholder.meanAmount) : drawnAmount;
      const terminal = cardholder.terminals[random.index(cardholder.terminals.length)];
      const misused = leaked.has(index) && random.chance(LEAKED_SHARE);
      if (second <= 0 || second >= 86_400 || terminal === undefined) continue;
      payments.push({
        customerId: cardholder.id,
        terminalId: population.terminals[terminal] ?? '',
        amount: Math.round(amount * factor * (misused ? LEAKED_FACTOR : 1) * 100) / 100,
        timeMs: config.startMs + day * DAY_MS + second * 1000,
        scenario: misused ? 3 : compromised.has(terminal) ? 2 : amount > SUSPICIOUS_AMOUNT ? 1 : 0,
      });
    }
  });
  payments.sort((a, b) => a.timeMs - b.timeMs);
  return payments.map((payment, i) => ({ transactionId: `tx-${config.seed}-${day}-${i}`, ...payment }));
}

/** Everything drawn on this day or on one of the `days` before it whose effect still lasts. */
function drawn(day: number, days: number, drawOf: (day: number) => readonly number[]): Set<number> {
  const active = new Set<number>();
  for (let drawDay = Math.max(0, day - days + 1); drawDay <= day; drawDay += 1) {
    for (const index of drawOf(drawDay)) active.add(index);
  }
  return active;
}

function draws(config: SimulatorConfig, draw: { day: number; what: string; rate: number; among: number }): number[] {
  const random = Random.of(config.seed, draw.what, draw.day);
  return Array.from({ length: random.wholeNumber(draw.rate) }, () => random.index(draw.among));
}
