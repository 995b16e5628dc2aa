import { beforeEach, describe, expect, it } from 'vitest';
import type { RunSweep } from './run-sweep.ts';
import type { Sweep, SweepDefinition, Trial } from './sweep.ts';
import { anySweep, SweepsUnderTest, type RunsInMemory } from './sweeps-under-test.ts';

const author = { actor: 'ada' };
const trialOf = (next: { readonly trial: Trial | null; readonly reason: string | null }): Trial => {
  if (next.trial === null) throw new Error(`no trial: ${next.reason}`);
  return next.trial;
};

describe('a sweep', () => {
  let platform: SweepsUnderTest;
  let sweeps: RunSweep;
  let other: RunSweep;
  let runs: RunsInMemory;
  let sweep: string;

  const begin = async (definition: Partial<SweepDefinition>): Promise<void> => {
    sweep = (await sweeps.create({ ...anySweep, ...definition }, author)).id;
  };
  const next = async (by = sweeps): Promise<Trial> => trialOf(await by.next(sweep, 'w', author));
  const none = async (): Promise<string | null> => {
    const { trial, reason } = await sweeps.next(sweep, 'w', author);
    return trial === null ? reason : `trial ${trial.number}`;
  };
  const report = async ({ number, lease }: Trial, step: number, value: number | null, by = sweeps): Promise<string> =>
    (await by.report({ type: 'report-trial', sweep, number, lease, step, value }, author)).decision;
  const complete = ({ number, lease }: Trial, value: number | null, step: number | null = null): Promise<Sweep> =>
    sweeps.end({ type: 'finish-trial', sweep, number, lease, value, step }, author);
  const fail = ({ number, lease }: Trial): Promise<Sweep> =>
    sweeps.end({ type: 'fail-trial', sweep, number, lease, reason: 'out of memory' }, author);
  const statuses = async (): Promise<string[]> => (await sweeps.sweep(sweep)).trials.map(({ status }) => status);

  beforeEach(() => {
    platform = new SweepsUnderTest();
    ({ sweeps, runs } = platform.instance());
    other = platform.instance().sweeps;
  });

  it('never gives two workers the same trial, on two instances', async () => {
    await begin({ method: { kind: 'tpe', startup: 3, candidates: 8 }, maxTrials: 20 });
    const got = await Promise.all(Array.from({ length: 20 }, (_, i) => next(i % 2 === 0 ? sweeps : other)));
    expect(got.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(got.map(({ lease }) => lease)).size).toBe(20);
    expect(new Set(got.map(({ params }) => params['x'])).size).toBe(20);
    expect(await none()).toBe('waiting');
  });

  it('gives every instance the same state, and the same seed the same points', async () => {
    const points: unknown[] = [];
    for (const instance of [sweeps, other]) {
      await begin({ method: { kind: 'tpe', startup: 2, candidates: 8 }, maxTrials: 8 });
      for (let i = 0; i < 8; i++) await complete(await next(instance), i);
      points.push((await instance.sweep(sweep)).trials.map(({ params }) => params));
    }
    expect(points[0]).toEqual(points[1]);
    const [mine, theirs] = await Promise.all([sweeps.sweep(sweep), other.sweep(sweep)]);
    expect(theirs).toEqual(mine);
    expect(mine.status).toBe('finished');
  });

  it('gives a repeated request its trial again, and another one the next', async () => {
    await begin({});
    const ask = async (requestId: string, by: RunSweep): Promise<Trial> =>
      trialOf(await by.next(sweep, 'w', { actor: 'ada', requestId }));
    const first = await ask('a', sweeps);
    expect(await ask('a', other)).toEqual(first);
    expect((await ask('b', other)).number).toBe(1);
    const [one, same] = await Promise.all([ask('c', sweeps), ask('c', other)]);
    expect([one.number, same.number]).toEqual([2, 2]);
    expect(one.runId).toBe(same.runId);
    // Whoever began it makes its run as a new one; the others look first.
    expect(runs.said.slice(0, 1)).toEqual(['begin 0.1']);
  });

  it('hands out no more trials at a time than it may', async () => {
    await begin({ maxParallel: 2 });
    const first = await next();
    await next(other);
    expect(await none()).toBe('waiting');
    await complete(first, 1);
    expect((await next()).number).toBe(2);
  });

  it('gives the trial of a silent worker to another, and hears no more from the first', async () => {
    await begin({});
    const first = await next();
    await report(first, 5, 3);
    platform.atMs += 10_000;
    const again = trialOf(await other.next(sweep, 'second', author));
    expect(again).toMatchObject({ number: 0, attempt: 2, step: 0, worker: 'second', params: first.params });
    await expect(report({ ...first, lease: '0-1' }, 6, 2)).rejects.toMatchObject({ code: 'SWEEPS_LEASE_CONFLICT' });
    expect((await complete(again, 2, 7)).steps).toBe(12);
  });

  it('keeps the trial of a worker that reports or sends heartbeats, and writes few of these', async () => {
    await begin({});
    const { number, lease } = await next();
    const beat = async (): Promise<string> =>
      (await sweeps.beat({ type: 'renew-lease', sweep, number, lease }, author)).decision;
    const { length } = platform;
    for (let i = 0; i < 20; i++) {
      platform.atMs += 2000;
      expect(await beat()).toBe('continue');
    }
    expect(platform.length - length).toBe(10);
    expect((await next()).number).toBe(1);
  });

  it('fails a trial whose workers fall silent again and again', async () => {
    await begin({ maxTrials: 1 });
    await next();
    platform.atMs += 10_000;
    await next();
    platform.atMs += 10_000;
    expect(await none()).toBe('finished');
    const { status, trials } = await sweeps.sweep(sweep);
    expect([status, trials[0]?.status, trials[0]?.reason]).toEqual([
      'finished',
      'failed',
      'its worker fell silent, the last of 2',
    ]);
    expect(runs.said).toEqual(['begin 0.1', 'failed 0.1', 'begin 0.2', 'failed 0.2']);
  });

  it('counts steps and ends when they are used up', async () => {
    await begin({ maxTotalSteps: 10 });
    const first = await next();
    expect(await report(first, 4, 1)).toBe('continue');
    await complete(first, 1, 6);
    const second = await next();
    expect(await report(second, 4, 1)).toBe('stop');
    expect(await none()).toBe('finished');
    expect(await statuses()).toEqual(['complete', 'stopped']);
    await expect(complete(second, 1)).rejects.toMatchObject({ code: 'SWEEPS_TRIAL_CONFLICT' });
  });

  it('does not begin the trial of a silent worker again when the steps are used up', async () => {
    await begin({ maxTotalSteps: 4 });
    await next();
    expect(await report(await next(), 4, 1)).toBe('stop');
    expect(await none()).toBe('waiting');
    platform.atMs += 10_000;
    expect(await none()).toBe('finished');
    expect(await statuses()).toEqual(['failed', 'stopped']);
  });

  it('answers a repeated report alike, and refuses another value or an earlier step', async () => {
    await begin({});
    const trial = await next();
    await report(trial, 5, 1);
    expect(await report(trial, 5, 1)).toBe('continue');
    expect((await sweeps.sweep(sweep)).steps).toBe(5);
    await expect(report(trial, 5, 2)).rejects.toMatchObject({ code: 'SWEEPS_STEP_CONFLICT' });
    await expect(report(trial, 4, 1)).rejects.toMatchObject({ code: 'SWEEPS_STEP_CONFLICT' });
    await complete(trial, 1);
    await complete(trial, 1);
    await expect(complete(trial, 2)).rejects.toMatchObject({ code: 'SWEEPS_TRIAL_CONFLICT' });
    await expect(fail(trial)).rejects.toMatchObject({ code: 'SWEEPS_TRIAL_CONFLICT' });
  });

  it('is paused, resumed and cancelled, and its workers hear of it', async () => {
    await begin({});
    const trial = await next();
    await sweeps.steer('pause-sweep', sweep, author);
    expect(await none()).toBe('paused');
    expect(await report(trial, 1, 1)).toBe('continue');
    await sweeps.steer('resume-sweep', sweep, author);
    expect((await next()).number).toBe(1);
    await other.steer('cancel-sweep', sweep, author);
    expect(await none()).toBe('cancelled');
    expect(await report(trial, 2, 1)).toBe('stop');
    await expect(sweeps.steer('resume-sweep', sweep, author)).rejects.toMatchObject({ code: 'SWEEPS_STATUS_CONFLICT' });
  });

  it.each([
    ['a sweep that is not there', () => sweeps.next('77', 'w', author), 'SWEEPS_NOT_FOUND'],
    ['a trial that is not there', () => report({ number: 5, lease: 'x' } as Trial, 1, 1), 'SWEEPS_TRIAL_NOT_FOUND'],
    ['an experiment that is not there', () => begin({ experimentId: '9' }), 'SWEEPS_EXPERIMENT_NOT_FOUND'],
  ])('refuses %s by name', async (_, act, code) => {
    await begin({});
    await expect(act()).rejects.toMatchObject({ code });
  });

  it('hands out nothing while its experiment is deleted', async () => {
    const { sweeps: third, journal } = platform.instance();
    await journal.submit({ type: 'create-experiment', name: 'e', artifactLocation: null, tags: [] }, author);
    const { id } = await third.create({ ...anySweep, experimentId: '1' }, author);
    await journal.submit({ type: 'delete-experiment', id: '1' }, author);
    await expect(third.next(id, 'w', author)).rejects.toMatchObject({ code: 'SWEEPS_EXPERIMENT_CONFLICT' });
  });

  describe('that stops early', () => {
    const halving = { minSteps: 1, maxSteps: 9, reduction: 3 } as const;

    it('stops what is not among the best at its rung, and what is no number', async () => {
      await begin({ earlyStop: { rule: 'asha-stopping', ...halving } });
      const decisions: string[] = [];
      for (const value of [5, 4, 6, 3, null]) decisions.push(await report(await next(), 1, value));
      expect(decisions).toEqual(['continue', 'continue', 'stop', 'continue', 'stop']);
      expect(runs.said.filter((said) => said.startsWith('stopped'))).toEqual(['stopped 2.1', 'stopped 4.1']);
    });

    it('judges a worker that reports in large steps at the highest rung it came to', async () => {
      await begin({ earlyStop: { rule: 'asha-stopping', ...halving } });
      const first = await next();
      expect(await report(first, 5, 1)).toBe('continue');
      const second = await next();
      expect(await report(second, 1, 0.5)).toBe('continue');
      expect(await report(second, 3, 2)).toBe('stop');
    });

    it('sets trials aside by ASHA and lets the best third of each rung go on, the highest rung first', async () => {
      await begin({ earlyStop: { rule: 'asha', ...halving }, maxTrials: 9 });
      const given: number[] = [];
      for (;;) {
        const { trial } = await sweeps.next(sweep, 'w', author);
        if (trial === null) break;
        given.push(trial.number);
        const to = trial.step === 0 ? 1 : trial.step === 1 ? 3 : 9;
        const decision = await report(trial, to, trial.number);
        if (decision === 'continue' && to === 9) await complete(trial, trial.number);
      }
      // Trial 0 is promoted when three have come to the first rung, and so on.
      expect(given.slice(0, 4)).toEqual([0, 1, 2, 0]);
      expect(given.filter((number) => number === 0)).toHaveLength(3);
      const { status, trials } = await sweeps.sweep(sweep);
      expect(status).toBe('finished');
      expect(trials.map(({ status: end }) => end)).toEqual(['complete', ...Array<string>(8).fill('stopped')]);
      expect(trials.filter(({ rungs }) => rungs.length === 2).map(({ number }) => number)).toEqual([0, 1, 2]);
    });

    it('judges a cohort at once by successive halving, also when some of it failed', async () => {
      await begin({ earlyStop: { rule: 'halving', ...halving }, maxTrials: 9 });
      const cohort: Trial[] = [];
      for (let i = 0; i < 9; i++) cohort.push(await next());
      for (const trial of cohort.slice(0, 7)) expect(await report(trial, 1, 10 - trial.number)).toBe('pause');
      expect(await none()).toBe('waiting');
      for (const trial of cohort.slice(7)) await fail(trial);
      expect(await statuses()).toEqual([...Array<string>(5).fill('stopped'), 'paused', 'paused', 'failed', 'failed']);
      const second = [await next(), await next()];
      expect(second.map(({ number, step }) => [number, step])).toEqual([
        [5, 1],
        [6, 1],
      ]);
      expect(await Promise.all(second.map((trial) => report(trial, 3, trial.number)))).toEqual(['pause', 'stop']);
      const last = await next();
      expect(last.number).toBe(5);
      expect(await report(last, 9, 1)).toBe('continue');
      expect((await complete(last, 1)).status).toBe('finished');
      expect((await statuses())[5]).toBe('complete');
    });
  });
});
