import { describe, expect, it } from 'vitest';
import { experimentsDomain, type ExperimentCommand } from '../experiments/experiments.ts';
import { experimentOf, watchExperiments, type ExperimentSnapshot } from './watch-experiments.ts';

const state = experimentsDomain.initial();
let offset = 0;
function watched(command: ExperimentCommand) {
  const meta = { offset, atMs: 1000 + offset, actor: 'ada', requestId: `r${offset}`, commandId: `c${offset}` };
  offset += 1;
  const after = watchExperiments(state, command);
  return after(experimentsDomain.apply(state, command, meta));
}
const create = { type: 'create-experiment', name: 'churn', artifactLocation: null, tags: [] } as const;

describe('what the audit trail says of a command on experiments', () => {
  it('has no before for a new one, whose id is known only then', () => {
    const after = expect.objectContaining({ id: '1', name: 'churn', tags: {} });
    expect(watched(create)).toEqual([{ kind: 'experiment', id: '1', before: null, after }]);
  });

  it('shows the tag that was set', () => {
    const [change] = watched({ type: 'tag-experiment', id: '1', key: 'team', value: 'risk' });
    expect(change).toMatchObject({ before: { tags: {} }, after: { tags: { team: 'risk' } } });
    expect(experimentOf(change?.after as ExperimentSnapshot)).toEqual(state.experiments.get('1'));
  });

  it('shows of a refused creation the experiment that has the name, and of an unknown id nothing', () => {
    const [taken] = watched(create);
    expect(taken?.id).toBe('1');
    expect(taken?.before).toEqual(taken?.after);
    expect(watched({ type: 'delete-experiment', id: '9' })).toEqual([
      { kind: 'experiment', id: '9', before: null, after: null },
    ]);
  });
});
