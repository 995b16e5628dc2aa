import { beforeEach, expect, it } from 'vitest';
import { trackingDomain, type TrackingState, type TrackingCommand } from '../tracking-domain.ts';
import { latestScorers, scorerVersions } from './scorers.ts';

let state: TrackingState;
let offset: number;
beforeEach(() => {
  state = trackingDomain.initial();
  offset = 0;
});

function apply(command: TrackingCommand) {
  offset += 1;
  const meta = { offset, atMs: 1000 * offset, actor: 'ada', requestId: `r${offset}`, commandId: `c${offset}` };
  return trackingDomain.apply(state, command, meta);
}
const register = (name = 'judge', id = '0') => apply({ type: 'register-scorer', id, name, serialized: '{"a":1}' });
const remove = (version: number | null, name = 'judge') => apply({ type: 'delete-scorer', id: '0', name, version });
const numbers = () => scorerVersions(state.scorers, '0', 'judge').map(({ version }) => version);

it('versions of a scorer share its id and count on', () => {
  register();
  register();
  expect(scorerVersions(state.scorers, '0', 'judge')).toMatchObject([
    { experimentId: '0', scorerId: 'c1', name: 'judge', version: 1, serialized: '{"a":1}', createdAtMs: 1000 },
    { scorerId: 'c1', version: 2, createdAtMs: 2000 },
  ]);
});

it('the newest version of each is listed by name, of its own experiment only', () => {
  apply({ type: 'create-experiment', name: 'other', artifactLocation: null, tags: [] });
  register('z');
  register('a');
  register('a');
  register('a', '1');
  expect(latestScorers(state.scorers, '0').map(({ name, version }) => [name, version])).toEqual([
    ['a', 2],
    ['z', 1],
  ]);
});

it('a number that was deleted is not given again', () => {
  register();
  register();
  remove(2);
  register();
  expect(numbers()).toEqual([1, 3]);
});

it('a scorer is deleted with all its versions and is another one when it comes again', () => {
  register();
  register();
  remove(null);
  expect(numbers()).toEqual([]);
  expect(register()).toMatchObject({ ok: true, result: { version: 1, scorerId: 'c4' } });
});

it('what is not there cannot be deleted', () => {
  const missing = { ok: false, code: 'RESOURCE_DOES_NOT_EXIST' };
  const none = { ...missing, message: "Scorer with name 'judge' not found for experiment 0." };
  expect([remove(null), remove(7)]).toMatchObject([none, none]);
  register();
  expect(remove(7)).toMatchObject({
    ...missing,
    message: "Scorer with name 'judge' and version 7 not found for experiment 0.",
  });
});

it('an experiment that is missing or deleted takes no scorers', () => {
  expect(register('judge', '9')).toMatchObject({ ok: false, code: 'RESOURCE_DOES_NOT_EXIST' });
  apply({ type: 'delete-experiment', id: '0' });
  expect(register()).toMatchObject({ ok: false, code: 'INVALID_PARAMETER_VALUE' });
});
