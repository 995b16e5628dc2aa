import { DAY_MS } from './simulator/transactions-of-day.ts';
import type { SimulatorConfig } from './simulator/transactions-of-day.ts';

/** `tiny` is for tests. */
export const profileNames = ['tiny', 'small', 'medium'] as const;
export type ProfileName = (typeof profileNames)[number];

/** How much is played. Days are days of the simulated world, which began on Monday 2025-01-06. */
export interface DemoProfile {
  readonly name: ProfileName;
  readonly simulator: SimulatorConfig;
  /** Streamed in as fast as the platform takes it. */
  readonly historyDays: number;
  /** Days of the history that the model learns from: features over 30 days are full, and all labels are known. */
  readonly trainFromDay: number;
  readonly trainToDay: number;
  /** Played at `liveRate` payments a second. */
  readonly liveDays: number;
  readonly liveRate: number;
}

const SEED = 2025;
const START_MS = Date.UTC(2025, 0, 6);
const LABEL_DELAY_DAYS = 7;
/** The handbook's two compromised terminals of 10,000 and three leaked cardholders of 5,000 a day. */
const COMPROMISED_SHARE = 2 / 10_000;
const LEAKED_SHARE = 3 / 5_000;

const sizes = {
  tiny: { cardholders: 150, terminals: 300, historyDays: 46, liveDays: 18, liveRate: 400, fraudFactor: 6 },
  small: { cardholders: 400, terminals: 800, historyDays: 60, liveDays: 18, liveRate: 400, fraudFactor: 1 },
  medium: { cardholders: 5000, terminals: 10_000, historyDays: 60, liveDays: 20, liveRate: 1000, fraudFactor: 1 },
} as const;

/** The day of live traffic on which behaviour changes: before it the reference fills, a week after it its outcomes come. */
const CHANGE_AFTER_LIVE_DAYS = 6;

export function demoProfile(name: ProfileName): DemoProfile {
  const { cardholders, terminals, historyDays, liveDays, liveRate, fraudFactor } = sizes[name];
  return {
    name,
    simulator: {
      seed: SEED,
      cardholders,
      terminals,
      startMs: START_MS,
      labelDelayDays: LABEL_DELAY_DAYS,
      compromisedTerminalsPerDay: COMPROMISED_SHARE * terminals * fraudFactor,
      leakedCardholdersPerDay: LEAKED_SHARE * cardholders * fraudFactor,
      change: { day: historyDays + CHANGE_AFTER_LIVE_DAYS, amountFactor: 2 },
    },
    historyDays,
    trainFromDay: 30,
    trainToDay: historyDays - LABEL_DELAY_DAYS,
    liveDays,
    liveRate,
  };
}

/** Midnight, UTC, of a simulated day. */
export function dayStartMs({ startMs }: Pick<SimulatorConfig, 'startMs'>, day: number): number {
  return startMs + day * DAY_MS;
}

/** `2025-03-07` of a simulated day. */
export function dateOfDay(simulator: Pick<SimulatorConfig, 'startMs'>, day: number): string {
  return new Date(dayStartMs(simulator, day)).toISOString().slice(0, 10);
}
