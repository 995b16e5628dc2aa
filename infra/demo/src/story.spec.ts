import { describe, expect, test } from 'vitest';
import { noDefinitions, parseDefinitions } from '@millrace/feature-engine';
import { demoDefinitions } from './definitions.ts';
import { demoNames } from './demo-names.ts';
import { demoProfile, profileNames } from './demo-profile.ts';
import { placeOf, STORY_BEGIN } from './resume-point.ts';
import { populate } from './simulator/population.ts';
import { timeline } from './simulator/timeline.ts';
import { notYetPublished } from './stream-history.ts';

describe.each(profileNames)('profile %s', (name) => {
  const profile = demoProfile(name);

  test('has definitions without a fault', () => {
    const parsed = parseDefinitions(demoDefinitions(demoNames(name, 'prefix.')), noDefinitions);
    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && parsed.added).toHaveLength(8);
  });

  test('learns from days whose features are full and whose labels are known', () => {
    expect(profile.trainFromDay).toBeGreaterThanOrEqual(30);
    expect(profile.trainToDay + profile.simulator.labelDelayDays).toBeLessThanOrEqual(profile.historyDays);
  });

  test('changes while it is watched, and the outcomes of the change are still seen', () => {
    const change = profile.simulator.change?.day ?? 0;
    expect(change).toBeGreaterThan(profile.historyDays);
    expect(change + profile.simulator.labelDelayDays).toBeLessThan(profile.historyDays + profile.liveDays - 1);
  });

  test('lies in the past: an event of the future is refused', () => {
    const end = profile.simulator.startMs + (profile.historyDays + profile.liveDays) * 86_400_000;
    expect(end).toBeLessThan(Date.UTC(2025, 11, 31));
  });
});

describe('going on where a demo was stopped', () => {
  const { simulator } = demoProfile('small');
  const population = populate(simulator);
  const events = [...timeline(simulator, population, { fromDay: 7, toDay: 10 })];

  test('payments and labels have one order each', () => {
    for (const kind of ['transaction', 'label'] as const) {
      const places = events
        .filter((event) => event.kind === kind)
        .map((event) => placeOf(event.transaction.transactionId));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(new Set(places).size).toBe(places.length);
    }
  });

  test('everything is missing at first, and only what comes after the published place later', () => {
    expect(notYetPublished(events, { transactions: STORY_BEGIN, labels: STORY_BEGIN })).toEqual(events);
    const payments = events.filter((event) => event.kind === 'transaction');
    const upTo = placeOf(payments[99]?.transaction.transactionId ?? '');
    const rest = notYetPublished(events, { transactions: upTo, labels: Number.MAX_SAFE_INTEGER });
    expect(rest).toEqual(payments.slice(100));
  });
});
