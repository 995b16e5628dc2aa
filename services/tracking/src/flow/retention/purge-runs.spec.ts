import { describe, expect, it } from 'vitest';
import type { Experiment } from '../experiments/experiments.ts';
import { judge, type Proposal } from '../runs/judge-write.ts';
import { factsOf } from '../runs/run-facts.ts';
import { RunHead } from '../runs/run-head.ts';
import { emptyRunEvent } from '../runs/simulated-log.ts';
import { purgeBefore, wasDeletedBefore } from './kept-days.ts';

const nothing: Proposal = {
  creates: false,
  changesLifecycle: false,
  purges: false,
  params: [],
  requestId: null,
  follows: null,
};
const creation: Proposal = { ...nothing, creates: true, changesLifecycle: true };
const purge: Proposal = { ...nothing, changesLifecycle: true, purges: true };
const restoration: Proposal = { ...nothing, changesLifecycle: true };

function headAfter(...stages: string[]): RunHead {
  const head = new RunHead('run', 'r');
  const created = { created_time: '1', lifecycle_stage: 'active' };
  for (const [offset, attributes] of [created, ...stages.map((lifecycle_stage) => ({ lifecycle_stage }))].entries())
    for (const fact of factsOf({ ...emptyRunEvent, id: 'r', attributes }, { partition: 0, offset })) head.fold(fact);
  return head;
}

describe('a purge', () => {
  it('counts when the run is deleted, and only then', () => {
    expect(judge(headAfter('deleted'), purge)).toBeNull();
    expect(judge(headAfter(), purge)).toEqual({ is: 'not-deleted' });
    expect(judge(headAfter('deleted', 'active'), purge)).toEqual({ is: 'not-deleted' });
    expect(judge(new RunHead('run', 'r'), purge)).toEqual({ is: 'unknown' });
  });

  it('leaves a run that nobody can write to, restore, purge or create again', () => {
    const head = headAfter('deleted', 'purged');
    expect(head.exists).toBe(false);
    for (const later of [nothing, restoration, purge]) expect(judge(head, later)).toEqual({ is: 'unknown' });
    expect(judge(head, creation)).toEqual({ is: 'purged' });
  });
});

describe('retention', () => {
  const dayMs = 86_400_000;
  const experiment = (tag: string | undefined, of: Partial<Experiment> = {}): Experiment => ({
    id: '1',
    name: 'e',
    artifactLocation: '',
    lifecycleStage: 'active',
    createdBy: null,
    createdAtMs: 0,
    updatedAtMs: 0,
    tags: new Map(tag === undefined ? [] : [['millrace.deletedRunsKeptDays', tag]]),
    ...of,
  });

  it('takes what was deleted longer ago than the days of the tag, and nothing where the tag is none', () => {
    expect(purgeBefore(experiment('30'), 40 * dayMs)).toBe(10 * dayMs);
    expect(purgeBefore(experiment('0.5'), dayMs)).toBe(dayMs / 2);
    for (const tag of [undefined, '', '-1', 'never', '1e9', ' 3'])
      expect(purgeBefore(experiment(tag), 40 * dayMs)).toBeNull();
  });

  it('takes all runs of an experiment only when that was deleted so long ago', () => {
    expect(wasDeletedBefore(experiment('1', { lifecycleStage: 'deleted', updatedAtMs: 5 }), 6)).toBe(true);
    expect(wasDeletedBefore(experiment('1', { lifecycleStage: 'deleted', updatedAtMs: 7 }), 6)).toBe(false);
    expect(wasDeletedBefore(experiment('1', { updatedAtMs: 5 }), 6)).toBe(false);
  });
});
