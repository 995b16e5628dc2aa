import type { Applied } from '@millrace/events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VersionFacts } from '../lineage/version-facts.ts';
import type { ModelVersion } from '../registry-state.ts';
import { RegistryUnderTest } from '../registry-under-test.ts';
import type { Field } from './model-signature.ts';
import { compareSemanticVersions, isSemanticVersion } from './semantic-version.ts';

let registry: RegistryUnderTest;
beforeEach(() => {
  registry = new RegistryUnderTest();
  registry.create();
});

const field = (name: string, required = true): Field => ({ name, type: { kind: 'scalar', name: 'double' }, required });
const facts = (...inputs: Field[]): VersionFacts => ({
  signature: { inputs, outputs: [], params: [] },
  inputExample: null,
  featureService: null,
  code: null,
  datasets: [],
  dataPointers: [],
  parentModelIds: [],
  copiedFrom: null,
});
const one = facts(field('a'));
const proposal = (applied: Applied) => (applied.ok ? (applied.result as ModelVersion).semanticProposal : undefined);
const register = (own: VersionFacts, semanticVersion: string | null = null) =>
  registry.register({ facts: own, semanticVersion });
const name = (version: number, value: string | null) =>
  registry.apply({ type: 'tag-version', name: 'fraud', version, key: 'millrace.semantic_version', value });

describe('a semantic version', () => {
  it('is proposed from the highest one so far and what changed since', () => {
    expect(proposal(register(one))).toEqual({
      semanticVersion: '1.0.0',
      level: null,
      basedOn: null,
      reasons: [],
      metrics: [],
    });
    expect(proposal(register(one))).toMatchObject({ semanticVersion: '1.0.1', level: 'patch' });
    expect(proposal(register(facts(field('a'), field('b', false))))).toEqual({
      semanticVersion: '1.1.0',
      level: 'minor',
      basedOn: { version: 2, semanticVersion: '1.0.1' },
      reasons: [{ level: 'minor', path: 'inputs.b', text: 'is new and optional' }],
      metrics: [],
    });
    expect(proposal(register(facts(field('c'))))).toMatchObject({ semanticVersion: '2.0.0', level: 'major' });
  });

  it('that is given is checked at the registration, and the number is not used up by one that is refused', () => {
    expect(register(one, '0.3.0').ok).toBe(true);
    expect(register(facts(field('a'), field('b', false)), '0.3.1')).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMETER_VALUE',
      message:
        'Semantic version 0.3.1 is too low for model "fraud": at least 0.4.0 is needed, since version 1 is 0.3.0 and ' +
        'this is a minor change (inputs.b is new and optional).',
    });
    expect(register(one, '0.4')).toMatchObject({ ok: false });
    const tags = [{ key: 'millrace.semantic_version', value: '0.9.0' }];
    const tagged = registry.register({ facts: one, tags });
    expect(tagged).toMatchObject({ ok: true, result: { version: 2, semanticVersion: '0.9.0' } });
    expect(proposal(register(one))).toMatchObject({ semanticVersion: '0.9.1' });
  });

  it('is a patch for metrics alone, and says which are better, worse, and worse where the rules ask for them', () => {
    const metrics = [{ metric: 'auc', direction: 'at-least' as const, threshold: 0.9 }];
    const rules = { aliases: [], stages: [], card: false, approvals: 0, checks: [], semanticVersion: false, metrics };
    registry.apply({ type: 'set-rules', name: 'fraud', rules });
    register({ ...one, metrics: { auc: 0.95, loss: 1 } });
    expect(proposal(register({ ...one, metrics: { auc: 0.85, loss: 2, new: 1 } }))).toEqual({
      semanticVersion: '1.0.1',
      level: 'patch',
      basedOn: { version: 1, semanticVersion: '1.0.0' },
      reasons: [
        { level: 'patch', path: 'metrics.auc', text: 'is worse: 0.85, it was 0.95 (at-least 0.9 is required)' },
      ],
      metrics: [
        { metric: 'auc', before: 0.95, now: 0.85, verdict: 'worse', rule: metrics[0] },
        { metric: 'loss', before: 1, now: 2, verdict: 'changed', rule: null },
      ],
    });
    expect(register({ ...one, metrics: { auc: 0.8 } }, '1.0.1')).toMatchObject({
      ok: false,
      message:
        'Semantic version 1.0.1 is too low for model "fraud": at least 1.0.2 is needed, since version 2 is 1.0.1 and ' +
        'this is a patch change (metrics.auc is worse: 0.8, it was 0.85 (at-least 0.9 is required)).',
    });
  });

  it('can be given later by its tag, once for a model, and be taken back', () => {
    register(one);
    register(one);
    expect(name(1, '1.0.0')).toMatchObject({ ok: true, result: { semanticVersion: '1.0.0' } });
    expect(name(2, '1.0.0')).toMatchObject({ ok: false, code: 'INVALID_PARAMETER_VALUE' });
    expect(name(2, '1.5.0').ok).toBe(true);
    expect(name(1, '1.5.0')).toMatchObject({
      message: 'Semantic version 1.5.0 of model "fraud" is version 2 already.',
    });
    expect(proposal(register(one))).toMatchObject({ semanticVersion: '1.5.1' });
    expect(name(2, null)).toMatchObject({ ok: true, result: { semanticVersion: null } });
  });

  it('can be asked for by promotion rules: a proposal alone is none', () => {
    register(one);
    const rules = {
      aliases: ['champion'],
      stages: [],
      metrics: [],
      card: false,
      approvals: 0,
      checks: [],
      semanticVersion: true,
    };
    registry.apply({ type: 'set-rules', name: 'fraud', rules });
    expect(registry.setAlias(1)).toMatchObject({ details: { faults: [{ path: 'semanticVersion' }] } });
    name(1, '1.0.0');
    expect(registry.setAlias(1).ok).toBe(true);
  });

  it('is not for versions of which nothing is known, whose tags are tags', () => {
    registry.register();
    expect(name(1, 'anything')).toMatchObject({ ok: true, result: { semanticVersion: null, semanticProposal: null } });
  });
});

it.each(['1.0', '1.0.0-rc1', '01.0.0', '1.0.0.0', ' 1.0.0', '1.-1.0', `1.0.${'9'.repeat(400)}`, ''])(
  '%j is no semantic version',
  (text) => {
    expect(isSemanticVersion(text)).toBe(false);
  },
);

it('semantic versions are ordered by numbers', () => {
  const sorted = ['1.10.0', '1.9.9', '2.0.0', '1.9.10'].sort(compareSemanticVersions);
  expect(sorted).toEqual(['1.9.9', '1.9.10', '1.10.0', '2.0.0']);
});
