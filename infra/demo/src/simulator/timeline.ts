import type { Population } from './population.ts';
import { DAY_MS, transactionsOfDay } from './transactions-of-day.ts';
import type { SimulatorConfig, Transaction } from './transactions-of-day.ts';

/** What the bank learns, in the order in which it learns it. */
export type TimelineEvent =
  | { readonly kind: 'transaction'; readonly timeMs: number; readonly transaction: Transaction }
  | { readonly kind: 'label'; readonly timeMs: number; readonly transaction: Transaction };

export interface DayRange {
  readonly fromDay: number;
  /** Not included. */
  readonly toDay: number;
}

/**
 * Payments of a range of days and the labels that become known in it, merged by time. The labels of a day are those of the payments
 * `labelDelayDays` earlier, which are made again instead of kept: memory holds two days however long the delay.
 */
export function* timeline(config: SimulatorConfig, population: Population, range: DayRange): Generator<TimelineEvent> {
  const delayMs = config.labelDelayDays * DAY_MS;
  for (let day = range.fromDay; day < range.toDay; day += 1) {
    const payments = transactionsOfDay(config, population, day);
    const labelled =
      day < config.labelDelayDays ? [] : transactionsOfDay(config, population, day - config.labelDelayDays);
    let next = 0;
    for (const transaction of payments) {
      for (
        let due = labelled[next];
        due !== undefined && due.timeMs + delayMs <= transaction.timeMs;
        due = labelled[next]
      ) {
        yield { kind: 'label', timeMs: due.timeMs + delayMs, transaction: due };
        next += 1;
      }
      yield { kind: 'transaction', timeMs: transaction.timeMs, transaction };
    }
    for (const due of labelled.slice(next)) yield { kind: 'label', timeMs: due.timeMs + delayMs, transaction: due };
  }
}
