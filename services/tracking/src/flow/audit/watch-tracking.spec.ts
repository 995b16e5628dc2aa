import { describe, expect, it } from 'vitest';
import { trackingDomain, type TrackingCommand } from '../tracking-domain.ts';

const state = trackingDomain.initial();
let offset = 0;
function changesOf(command: TrackingCommand) {
  const meta = { offset, atMs: 1000 + offset, actor: 'ada', requestId: `r${offset}`, commandId: `c${offset}` };
  offset += 1;
  const after = trackingDomain.watch?.(state, command);
  return after?.(trackingDomain.apply(state, command, meta));
}

describe('what the audit trail says of the other commands of the journal', () => {
  it('shows a dataset before and after', () => {
    const made = { id: 'd1', name: 'questions', tags: { team: 'risk' }, experimentIds: ['0'] };
    const tags = [{ key: 'team', value: 'risk' }];
    expect(changesOf({ type: 'create-dataset', id: 'd1', name: 'questions', tags, experimentIds: ['0'] })).toEqual([
      { kind: 'dataset', id: 'd1', before: null, after: expect.objectContaining(made) as object },
    ]);
    expect(changesOf({ type: 'delete-dataset', id: 'd1' })).toMatchObject([{ id: 'd1', before: made, after: null }]);
  });

  it('shows the versions of a scorer', () => {
    const register = { type: 'register-scorer', id: '0', name: 'polite', serialized: '{}' } as const;
    expect(changesOf(register)).toMatchObject([{ kind: 'scorer', id: '0/polite', before: null }]);
    expect(changesOf(register)).toMatchObject([{ before: { versions: [1] }, after: { versions: [1, 2] } }]);
  });

  it('shows a sweep, and of its trials the one that the command is about, without its lease', () => {
    const definition = {
      name: 'rates',
      experimentId: '0',
      method: { kind: 'random' },
      space: [{ name: 'x', kind: 'uniform', low: 0, high: 1 }],
      metric: 'loss',
      goal: 'minimise',
      seed: 1,
      maxTrials: 2,
      maxTotalSteps: null,
      earlyStop: null,
      maxParallel: 2,
      leaseMs: 60_000,
      maxAttempts: 1,
    } as const;
    const [made] = changesOf({ type: 'create-sweep', definition }) ?? [];
    expect(made).toMatchObject({ kind: 'sweep', id: '1', before: null, after: { status: 'running', trials: 0 } });
    const assignment = { kind: 'new', number: 0, params: { x: 0.5 }, revision: 0 } as const;
    const [begun] =
      changesOf({ type: 'start-trial', sweep: '1', assignment, worker: 'w', runId: 'r', asked: null }) ?? [];
    expect(begun).toMatchObject({ before: { trials: 0 }, after: { trials: 1, trial: { worker: 'w', runId: 'r' } } });
    expect(JSON.stringify(begun)).not.toContain('lease');
  });
});
