import type { DriftReport } from '@millrace/schemas';
import { beforeEach, describe, expect, test } from 'vitest';
import { InMemoryHistory, TRAINING } from '../store/in-memory-history.ts';
import type { StoredPrediction } from '../store/in-memory-history.ts';
import { DetectDrift } from './detect-drift.ts';
import type { DetectDriftParts } from './detect-drift.ts';
import { defaultRules } from './monitor.ts';
import type { Monitor } from './monitor.ts';

const HOUR = 3_600_000;
const monitor: Monitor = {
  name: 'fraud',
  endpoint: 'fraud',
  generation: 3,
  reference: { type: 'predictions', fromMs: 0, toMs: 2 * HOUR },
  window: { type: 'time', lengthMs: HOUR, graceMs: 0 },
  threshold: 0.5,
  minRows: 30,
  rules: defaultRules,
  createdAtMs: 0,
  createdBy: 'test',
};
const live = new AbortController().signal;
const NOW = 1e15;

/** 100 predictions of one hour; `changed` says how they differ from the healthy ones. */
function hour(index: number, changed: (i: number) => Partial<StoredPrediction> = () => ({})): StoredPrediction[] {
  return Array.from({ length: 100 }, (_, i) => {
    const position = (i * 37 + index * 11) % 100;
    return {
      endpoint: 'fraud',
      eventTimeMs: index * HOUR + i * 36_000,
      numbers: { amount: position, isNight: position % 2 },
      strings: { country: position < 60 ? 'FR' : 'BE' },
      score: position / 100,
      scoringMs: 2,
      ...changed(i),
    };
  });
}

/** What the score says is true, so accuracy is 1. */
const agree = (prediction: StoredPrediction): number => ((prediction.score ?? 0) >= 0.5 ? 1 : 0);

describe('detecting drift', () => {
  let store: InMemoryHistory;
  let detect: DetectDrift;
  const newInstance = (other: Partial<DetectDriftParts> = {}): DetectDrift =>
    new DetectDrift({
      history: store,
      drift: store,
      events: store,
      scorer: store,
      freeze: (...frozen) => store.freeze(...frozen),
      now: () => NOW,
      limits: { maxRows: 10_000, lookBackWindows: 1000, windowsPerRound: 50, idlePartitionMs: 1000 },
      ...other,
    });
  beforeEach(() => {
    store = new InMemoryHistory();
    detect = newInstance();
  });
  const rounds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await detect.round(monitor, live);
  };

  test('a window is reported when the newest event is past its end, and not before', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2));
    await rounds(2);
    expect(store.reports.map((report) => report.windowStartMs / HOUR)).toEqual([0, 1]);
    store.add({ ...(hour(3)[0] as StoredPrediction) });
    await rounds(2);
    expect(store.reports.map((report) => report.windowStartMs / HOUR)).toEqual([0, 1, 2]);
  });

  test('a healthy window raises no alert and shows no drift', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2), ...hour(3));
    await rounds(1);
    const report = store.reports.find((said) => said.windowStartMs === 2 * HOUR);
    expect(report).toMatchObject({
      rows: 100,
      errors: 0,
      labelled: 0,
      referenceRows: 200,
      quality: null,
      firedRules: [],
    });
    expect(report?.columns.map((column) => column.name)).toEqual(['amount', 'isNight', 'country', 'score']);
    expect(report?.columns.every((column) => (column.psi ?? 1) < 0.1)).toBe(true);
    expect(store.alerts).toEqual([]);
  });

  test('windows inside the reference are reported without a comparison with themselves', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2));
    await rounds(1);
    expect(store.reports[0]).toMatchObject({ referenceRows: 0, columns: [] });
  });

  test('every default rule fires once, however often the window is reported and by whomever', async () => {
    store.add(...hour(0), ...hour(1));
    store.label(agree);
    store.add(
      ...hour(2, (i) => ({
        numbers: { amount: 500 + i, isNight: 1 },
        scoringMs: 150,
        ...(i % 20 === 0 ? { score: null } : {}),
      })),
      ...hour(3),
    );
    await rounds(3);
    expect(store.alerts.map((alert) => alert.rule).sort()).toEqual(['error-rate', 'ks-p-value', 'latency-p95']);
    store.label((prediction) => (prediction.eventTimeMs >= 2 * HOUR ? 1 - agree(prediction) : undefined));
    await rounds(3);
    detect = newInstance();
    await rounds(3);
    const wrong = store.alerts.filter((alert) => alert.windowStartMs === 2 * HOUR).map((alert) => alert.rule);
    expect(wrong.sort()).toEqual(['accuracy-drop', 'error-rate', 'ks-p-value', 'latency-p95']);
    expect(new Set(store.alerts.map((alert) => alert.eventId)).size).toBe(store.alerts.length);
    expect(new Set(store.reports.map((report) => report.eventId)).size).toBe(store.reports.length);
  });

  test('an alert says which features, how much and against what', async () => {
    store.add(
      ...hour(0),
      ...hour(1),
      ...hour(2, (i) => ({ numbers: { amount: 500 + i, isNight: i % 2 } })),
      ...hour(3),
    );
    await rounds(1);
    expect(store.alerts).toHaveLength(1);
    expect(store.alerts[0]).toMatchObject({
      eventId: `fraud|3|${2 * HOUR}|ks-p-value`,
      columns: ['amount'],
      threshold: 0.05,
      modelVersion: '1',
      reportEventId: `fraud|3|${2 * HOUR}|102`,
    });
  });

  test('a window is reported again when its outcomes have arrived, and with every trickle only once it is quiet', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2), ...hour(3));
    await rounds(2);
    const revisions = (): number[] =>
      store.reports.filter((report) => report.windowStartMs === 2 * HOUR).map((report) => report.revision);
    expect(revisions()).toEqual([102]);
    const first = store.predictionsStored.filter((p) => p.eventTimeMs >= 2 * HOUR && p.eventTimeMs < 3 * HOUR);
    store.label((prediction) => (first.slice(0, 5).some((one) => one === prediction) ? agree(prediction) : undefined));
    await detect.round(monitor, live);
    expect(revisions()).toEqual([102]);
    await detect.round(monitor, live);
    expect(revisions()).toEqual([102, 107]);
    store.label((prediction) => (prediction.eventTimeMs >= 2 * HOUR ? agree(prediction) : undefined));
    await detect.round(monitor, live);
    expect(revisions()).toEqual([102, 107, 202]);
    await rounds(3);
    expect(revisions()).toEqual([102, 107, 202]);
    expect(store.reports.at(-1)?.quality).toMatchObject({ rows: 100, accuracy: 1, auc: 1 });
  });

  test('the accuracy of the reference is the baseline, also when its outcomes come late', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2), ...hour(3), ...hour(4));
    store.label((p) =>
      p.eventTimeMs >= 2 * HOUR ? (p.score !== null && p.score < 0.4 ? 1 - agree(p) : agree(p)) : undefined,
    );
    await rounds(2);
    expect(store.alerts).toEqual([]);
    store.label(agree);
    await rounds(2);
    store.label((p) => (p.eventTimeMs >= 3 * HOUR && (p.score ?? 0) < 0.4 ? 1 : undefined));
    await rounds(3);
    const drops = store.alerts.filter((alert) => alert.rule === 'accuracy-drop');
    expect(drops.map((alert) => [alert.windowStartMs / HOUR, alert.baseline])).toEqual([[3, 1]]);
  });

  test('too few rows raise nothing', async () => {
    const few = hour(2)
      .slice(0, 20)
      .map((p) => ({ ...p, numbers: { amount: 999, isNight: 1 }, score: null }));
    store.add(...hour(0), ...hour(1), ...few, ...hour(3));
    await rounds(2);
    expect(store.reports.find((report) => report.windowStartMs === 2 * HOUR)?.errors).toBe(20);
    expect(store.alerts).toEqual([]);
  });

  test('one stray event time neither hides the outcomes of other windows nor delays what comes next', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2), { ...(hour(0)[0] as StoredPrediction), eventTimeMs: 1e6 * HOUR });
    await rounds(2);
    store.label(agree);
    store.add(...hour(3));
    await rounds(3);
    const newest = new Map(store.reports.map((report) => [report.windowStartMs / HOUR, report]));
    expect([...newest.keys()]).toEqual([0, 1, 2, 3]);
    expect(newest.get(0)?.quality?.rows).toBe(100);
  });

  test('a window that cannot be reported holds up no other, is told, and is tried again when more is known of it', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2), ...hour(3), ...hour(4));
    const faults: number[] = [];
    let isBroken = true;
    const events = {
      publishAlerts: store.publishAlerts.bind(store),
      publishReport: async (report: DriftReport): Promise<void> => {
        if (isBroken && report.windowStartMs === 2 * HOUR) throw new RangeError('too large');
        await store.publishReport(report);
      },
    };
    detect = newInstance({ events, onFault: ({ window }) => faults.push(window.startMs / HOUR) });
    const { note } = await detect.round(monitor, live);
    await rounds(3);
    expect(store.reports.map((report) => report.windowStartMs / HOUR)).toEqual([0, 1, 3]);
    expect(note).toEqual({ state: 'failing', reason: 'the window from 1970-01-01T02:00:00.000Z: too large' });
    expect(faults).toEqual([2]);
    isBroken = false;
    store.label(agree);
    await rounds(2);
    expect(store.reports.filter((report) => report.windowStartMs === 2 * HOUR)).toHaveLength(1);
    expect((await detect.round(monitor, live)).note).toEqual({ state: 'watching', reason: null });
  });

  test('it is told why nothing is said', async () => {
    expect((await detect.round(monitor, live)).note).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('no prediction'),
    });
    store.add(...hour(0).slice(0, 10));
    expect((await detect.round(monitor, live)).note).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('the reference are not all there yet'),
    });
  });

  test('windows of so many rows follow one another and keep their borders', async () => {
    const byRows: Monitor = { ...monitor, window: { type: 'rows', rows: 80 } };
    store.add(...hour(0), ...hour(1), ...hour(2));
    await detect.round(byRows, live);
    expect(store.reports.map((report) => report.rows)).toEqual([80, 80, 80]);
    const borders = store.reports.map((report) => [report.windowStartMs, report.windowEndMs]);
    expect(borders[1]?.[0]).toBe(borders[0]?.[1]);
    store.add({ ...(hour(0)[10] as StoredPrediction) });
    detect = newInstance();
    await detect.round(byRows, live);
    await detect.round(byRows, live);
    expect(store.reports.at(-1)).toMatchObject({ windowStartMs: borders[0]?.[0], rows: 81 });
  });

  test('the first rows can be the reference, and until they are there nothing is compared', async () => {
    const first: Monitor = { ...monitor, reference: { type: 'first', rows: 150 } };
    store.add(...hour(0), ...hour(1).slice(0, 10));
    await detect.round(first, live);
    store.add(...hour(1).slice(10), ...hour(2), ...hour(3));
    await detect.round(first, live);
    expect(store.reports.map((report) => report.referenceRows)).toEqual([0, 0, 150]);
  });

  describe('against the vectors of a training set', () => {
    const trained: Monitor = {
      ...monitor,
      reference: { type: 'vectors', featureService: 'fraud', version: 1, fromMs: -10 * HOUR, toMs: 0 },
    };
    // The last one lies behind the reference: it tells that nothing of that is still to come.
    const training = Array.from({ length: 10 }, (_, i) => hour(i - 10))
      .flat()
      .concat(hour(0).slice(0, 1))
      .map((p) => ({ ...p, endpoint: TRAINING, score: null }));
    const changed = (i: number): Partial<StoredPrediction> => ({ numbers: { amount: 500 + i, isNight: i % 2 } });
    const look = async (): Promise<string | null> => (await detect.round(trained, live)).note.reason;

    test('a healthy stream raises nothing', async () => {
      store.scoring = { modelVersion: '1', scoreOf: (row) => (row % 100) / 100 };
      store.add(...training, ...Array.from({ length: 12 }, (_, i) => hour(i)).flat());
      await look();
      expect(store.reports[0]).toMatchObject({ windowStartMs: 0, referenceRows: 1000, sampledRows: 100 });
      expect(store.reports[0]?.columns.map((column) => column.name)).toEqual(['amount', 'isNight', 'country', 'score']);
      expect(store.alerts).toEqual([]);
    });

    test('a few hundred changed events are drift, whether or not anybody scores the vectors', async () => {
      store.add(...training, ...hour(0, changed), ...hour(1, changed), ...hour(2));
      await look();
      expect(store.reports.map((report) => report.columns.length)).toEqual([3, 3]);
      expect(store.reports[0]?.columns[0]?.psi).toBeGreaterThan(1);
      expect(store.reports[0]?.notCompared).toEqual({ score: 'nobody scores' });
      expect(store.alerts.map((alert) => alert.rule)).toEqual(['ks-p-value', 'ks-p-value']);
    });

    test('windows are judged again when the vectors come, and again when they are scored', async () => {
      store.add(...hour(0, changed), ...hour(1));
      expect(await look()).toContain('no vector of feature service "fraud" version 1 is stored');
      expect(store.reports.map((report) => report.notCompared['amount'])).toEqual([
        expect.stringContaining('no vector'),
      ]);
      store.add(...training);
      await look();
      await look();
      store.scoring = { modelVersion: '1', scoreOf: () => 0.5 };
      await look();
      await look();
      await look();
      expect(store.reports.map((report) => [report.revision, report.columns.length])).toEqual([
        [100, 0],
        [101, 3],
        [102, 4],
      ]);
      expect(store.alerts).toHaveLength(1);
    });

    test('a window that another version scored is not compared with scores of the one in charge', async () => {
      store.scoring = { modelVersion: '2', scoreOf: () => 0.5 };
      store.add(...training, ...hour(0), ...hour(1));
      await look();
      expect(store.reports[0]?.notCompared['score']).toContain('version 1, the vectors of the reference by version 2');
    });

    test('outcomes in any order: a window is judged again when an earlier one has its own, and fires once', async () => {
      store.add(...training, ...Array.from({ length: 7 }, (_, i) => hour(i)).flat());
      const labelHour = (index: number, label: (p: StoredPrediction) => number): void =>
        store.label((p) =>
          Math.floor(p.eventTimeMs / HOUR) === index && p.endpoint === 'fraud' ? label(p) : undefined,
        );
      const looks = async (): Promise<void> => {
        for (let i = 0; i < 3; i += 1) await look();
      };
      labelHour(5, (p) => 1 - agree(p));
      await looks();
      labelHour(4, (p) => 1 - agree(p));
      await looks();
      expect(store.alerts).toEqual([]);
      labelHour(0, agree);
      await looks();
      detect = newInstance();
      await looks();
      const drops = store.alerts.filter((alert) => alert.rule === 'accuracy-drop');
      expect(drops.map((alert) => `${alert.windowStartMs / HOUR} against ${alert.baseline}`).sort()).toEqual([
        '4 against 1',
        '5 against 1',
      ]);
      expect(new Set(store.reports.map((report) => report.eventId)).size).toBe(store.reports.length);
    });
  });

  test('a reference that is labelled after the window has it judged again, and the alert fires once', async () => {
    store.add(...Array.from({ length: 7 }, (_, i) => hour(i)).flat());
    store.label((p) => (p.eventTimeMs >= 5 * HOUR && p.eventTimeMs < 6 * HOUR ? 1 - agree(p) : undefined));
    await rounds(3);
    expect(store.alerts).toEqual([]);
    store.label((p) => (p.eventTimeMs < 2 * HOUR ? agree(p) : undefined));
    await rounds(4);
    expect(store.alerts.map((alert) => [alert.rule, alert.windowStartMs / HOUR])).toEqual([['accuracy-drop', 5]]);
  });

  test('a reference stays what it was when it was complete, after late rows and for another instance', async () => {
    const first: Monitor = { ...monitor, reference: { type: 'first', rows: 150 } };
    store.add(...hour(0), ...hour(1), ...hour(2), ...hour(3));
    await detect.round(first, live);
    const said = (): unknown => store.reports.find((report) => report.windowStartMs === 2 * HOUR)?.columns;
    const before = said();
    const late = hour(0, (i) => ({ numbers: { amount: 9000 + i, isNight: 1 } }));
    store.add(...late.map((p) => ({ ...p, eventTimeMs: p.eventTimeMs + 1 })));
    store.reports.length = 0;
    detect = newInstance();
    await detect.round({ ...first, frozen: [...store.frozen.values()][0] } as Monitor, live);
    expect(said()).toEqual(before);
  });

  test('a window stays open while a partition lags behind its end, until that partition is idle', async () => {
    const lagging = { ...(hour(0)[0] as StoredPrediction), partition: 1, scoredAtMs: NOW };
    store.add(...hour(0), ...hour(1), ...hour(2), lagging);
    await rounds(2);
    expect(store.reports).toEqual([]);
    detect = newInstance({ now: () => NOW + 60_000 });
    await rounds(2);
    expect(store.reports.map((report) => report.windowStartMs / HOUR)).toEqual([0, 1]);
  });

  test('predictions on request neither count nor close a window, unless they are asked for', async () => {
    const asked = hour(2).map((p) => ({ ...p, requested: true as const, score: null }));
    store.add(...hour(0), ...hour(1), ...asked, { ...(hour(3)[0] as StoredPrediction), requested: true });
    await rounds(1);
    expect(store.reports.map((report) => report.windowStartMs / HOUR)).toEqual([0]);
    await newInstance().round({ ...monitor, generation: 4, predictions: 'all' }, live);
    const all = store.reports.filter((report) => report.monitorGeneration === 4);
    expect(all.map((report) => report.errors)).toEqual([0, 0, 100]);
  });

  test('quality, latency and errors are over every row, what is compared over a sample that says its size', async () => {
    store.add(...hour(0), ...hour(1), ...hour(2, (i) => ({ scoringMs: i })), ...hour(3));
    store.label(agree);
    const limits = { maxRows: 40, lookBackWindows: 1000, windowsPerRound: 50, idlePartitionMs: 1000 };
    await newInstance({ limits }).round(monitor, live);
    const report = store.reports.find((said) => said.windowStartMs === 2 * HOUR);
    expect(report).toMatchObject({ rows: 100, sampledRows: 40, quality: { rows: 100 }, modelVersions: { 1: 100 } });
    expect(report?.columns[0]?.currentCount).toBe(40);
    expect(report?.scoringLatency?.p50).toBe(49.5);
  });
});
