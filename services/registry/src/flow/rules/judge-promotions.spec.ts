import type { Applied } from '@millrace/events';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { chargeOf } from '../charge.ts';
import { previousInCharge } from '../charge-history.ts';
import type { RegistryCommand, RollBack } from '../registry-commands.ts';
import { RegistryUnderTest } from '../registry-under-test.ts';
import { missingEvidence } from './missing-evidence.ts';
import { guards, type PromotionRules } from './promotion-rules.ts';

const none: PromotionRules = {
  aliases: ['champion'],
  stages: ['Production'],
  metrics: [],
  card: false,
  approvals: 0,
  checks: [],
  semanticVersion: false,
};
const strict: PromotionRules = {
  ...none,
  metrics: [
    { metric: 'auc', direction: 'at-least', threshold: 0.9 },
    { metric: 'loss', direction: 'at-most', threshold: 0.1 },
  ],
  card: true,
  approvals: 2,
  checks: ['bias'],
};

let registry: RegistryUnderTest;
beforeEach(() => {
  registry = new RegistryUnderTest();
  registry.create();
  registry.register();
});
const setRules = (rules: PromotionRules, name = 'fraud') => registry.apply({ type: 'set-rules', name, rules });
const at = { name: 'fraud', version: 1 } as const;
const writeCard = (version = 1) => registry.apply({ type: 'write-card', ...at, version, markdown: '# Fraud' });
const approve = (actor: string) =>
  registry.apply({ type: 'approve-version', ...at, comment: '', artifact: null }, actor);
const report = (passed: boolean) =>
  registry.apply({ type: 'report-check', ...at, check: 'bias', passed, details: '', artifact: null });
const messageOf = (applied: Applied) => (applied.ok ? '' : applied.message);

describe('promotion rules', () => {
  it('refuse with everything that is missing, in the words of a person and one by one', () => {
    setRules(strict);
    approve('ben');
    report(false);
    const refused = registry.setAlias(1, { auc: 0.81, loss: null });
    expect(refused).toMatchObject({ ok: false, code: 'PERMISSION_DENIED' });
    expect(messageOf(refused)).toBe(
      'Version 1 of model "fraud" cannot be put in charge of alias:champion by the model\'s promotion rules: ' +
        'metric "auc" is 0.81, at least 0.9 is required; metric "loss" is not a number, at most 0.1 is required; ' +
        'the model card is missing; 1 of 2 approvals by others than the author ada (given by ben); ' +
        'check "bias" has failed.',
    );
    expect(refused).toMatchObject({
      details: {
        code: 'REGISTRY_PROMOTION_NOT_PERMITTED',
        faults: ['metrics.auc', 'metrics.loss', 'card', 'approvals', 'checks.bias'].map((path) => ({ path })),
      },
    });
    expect(registry.state.models.get('fraud')?.aliases.size).toBe(0);
  });

  it('let pass what has all of it', () => {
    setRules(strict);
    writeCard();
    approve('ben');
    approve('eve');
    report(true);
    expect(registry.setAlias(1, { auc: 0.9, loss: 0.1 }).ok).toBe(true);
    expect(registry.setAlias(1, {}, 'other').ok).toBe(true);
    expect(messageOf(registry.transition(1, 'Production'))).toContain('metric "auc" has no value');
  });

  it('guard what they name and nothing else, "*" every alias', () => {
    setRules({ ...none, card: true });
    expect(registry.setAlias(1, {}, 'challenger').ok).toBe(true);
    expect(registry.transition(1, 'Staging').ok).toBe(true);
    expect(registry.transition(1, 'Production').ok).toBe(false);
    setRules({ ...none, card: true, aliases: ['*'], stages: ['Staging'] });
    expect(registry.setAlias(1, {}, 'canary').ok).toBe(false);
    expect(registry.transition(1, 'Production').ok).toBe(true);
    expect(registry.transition(1, 'Staging').ok).toBe(false);
  });

  it('are judged at the place of the promotion in the journal, and leave alone what is in charge', () => {
    registry.setAlias(1);
    setRules({ ...none, card: true });
    expect(registry.state.models.get('fraud')?.aliases.get('champion')).toBe(1);
    registry.register();
    expect(registry.setAlias(2).ok).toBe(false);
    registry.apply({ type: 'delete-rules', name: 'fraud' });
    expect(registry.setAlias(2).ok).toBe(true);
  });

  it('hold for a rollback as for any promotion', () => {
    registry.register();
    registry.setAlias(1);
    registry.setAlias(2);
    setRules({ ...none, card: true });
    const back = { type: 'roll-back', name: 'fraud', target: 'alias:champion', from: 2, to: 1 } as const;
    expect(registry.apply(back)).toMatchObject({ ok: false, code: 'PERMISSION_DENIED' });
    writeCard();
    expect(registry.apply(back).ok).toBe(true);
  });

  it('are not got rid of by deleting the model, nor by renaming it and back', () => {
    setRules({ ...none, card: true });
    registry.apply({ type: 'delete-model', name: 'fraud' });
    registry.create();
    registry.register();
    expect(registry.setAlias(2).ok).toBe(false);
    registry.create('free');
    registry.register({ name: 'free' });
    registry.apply({ type: 'set-alias', name: 'free', alias: 'champion', version: 1, artifact: null });
    registry.apply({ type: 'rename-model', name: 'fraud', newName: 'gone' });
    expect(registry.apply({ type: 'set-alias', name: 'gone', alias: 'champion', version: 2, artifact: null }).ok).toBe(
      false,
    );
    const renamed = registry.apply({ type: 'rename-model', name: 'free', newName: 'fraud' });
    expect(renamed).toMatchObject({ ok: false, code: 'PERMISSION_DENIED' });
    expect([...registry.state.models.keys()].sort()).toEqual(['free', 'gone']);
    expect(registry.state.models.get('free')?.versions.get(1)?.name).toBe('free');
  });

  it('of a version are fixed to the files that were judged', () => {
    registry.register({ artifact: null });
    const late = { kind: 'onnx', hash: 'cd'.repeat(32), uri: 'mlflow-artifacts:/late', sizeBytes: 1 } as const;
    registry.apply({ type: 'approve-version', name: 'fraud', version: 2, comment: '', artifact: late }, 'ben');
    const promoted = registry.apply({
      type: 'set-alias',
      name: 'fraud',
      alias: 'a',
      version: 2,
      artifact: { ...late, hash: 'ef'.repeat(32) },
    });
    expect(promoted).toMatchObject({ ok: true, result: { artifact: { hash: late.hash } } });
  });
});

/** A rollback from what is in charge now: one from anything else is refused for that. */
function inTime({ state }: RegistryUnderTest, step: RollBack): RollBack {
  const model = state.models.get(step.name);
  if (model === undefined) return step;
  const to = previousInCharge(model, step.target) ?? step.to;
  return { ...step, from: chargeOf(model).get(step.target)?.version ?? null, to };
}

describe('an approval', () => {
  it('is not for the author, nor for nobody, and can be taken back', () => {
    expect(approve('ada')).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(approve('anonymous')).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    setRules({ ...none, approvals: 1 });
    approve('ben');
    registry.apply({ type: 'withdraw-approval', ...at }, 'ben');
    expect(registry.setAlias(1).ok).toBe(false);
    approve('ben');
    approve('ben');
    expect(registry.setAlias(1).ok).toBe(true);
  });
});

it('no sequence of commands puts a version in charge of a guarded target against the rules', () => {
  const version = fc.integer({ min: 1, max: 4 });
  const name = fc.constantFrom('fraud', 'other');
  const stage = fc.constantFrom('None', 'Staging', 'Production', 'Archived');
  const alias = fc.constantFrom('champion', 'free');
  const target = fc.constantFrom('alias:champion', 'alias:free', 'stage:Production', 'stage:Staging');
  const metrics = fc.constantFrom({}, { auc: 0.95 }, { auc: 0.5 }, { auc: null });
  const shared = { name, version, artifact: fc.constant(null) };
  const command: fc.Arbitrary<RegistryCommand> = fc.oneof(
    fc.record({ type: fc.constant('set-alias'), ...shared, alias, metrics }),
    fc.record({ type: fc.constant('transition-stage'), ...shared, stage, archiveExisting: fc.boolean(), metrics }),
    fc.record({ type: fc.constant('roll-back'), name, target, from: fc.option(version), to: version, metrics }),
    fc.record({ type: fc.constant('delete-alias'), name, alias }),
    fc.record({ type: fc.constant('delete-version'), name, version, retentionMs: fc.constant(0) }),
    fc.record({ type: fc.constant('delete-model'), name }),
    fc.record({ type: fc.constant('rename-model'), name, newName: name }),
    fc.record({ type: fc.constant('create-model'), name, description: fc.constant(null), tags: fc.constant([]) }),
    fc.record({ type: fc.constant('approve-version'), ...shared, comment: fc.constant('') }),
    fc.record({ type: fc.constant('withdraw-approval'), name, version }),
    fc.record({
      type: fc.constant('report-check'),
      ...shared,
      check: fc.constant('bias'),
      passed: fc.boolean(),
      details: fc.constant(''),
    }),
    fc.record({ type: fc.constant('write-card'), name, version, markdown: fc.constant('# card') }),
    fc.constant({ type: 'create-version' } as RegistryCommand),
  );
  const rules: PromotionRules = {
    ...none,
    metrics: [{ metric: 'auc', direction: 'at-least', threshold: 0.9 }],
    card: true,
    approvals: 1,
    checks: ['bias'],
  };
  let promoted = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(command, fc.constantFrom('ada', 'ben')), { maxLength: 60 }), (steps) => {
      const tested = new RegistryUnderTest();
      for (const model of ['fraud', 'other']) {
        tested.create(model);
        tested.register({ name: model });
        tested.register({ name: model });
        for (const number of [1, 2]) {
          tested.apply({ type: 'set-alias', name: model, alias: 'champion', version: number, artifact: null });
        }
        tested.apply({ type: 'set-rules', name: model, rules });
        // Both lack nothing but their metric.
        for (const number of [1, 2]) {
          const judged = { name: model, version: number, artifact: null } as const;
          tested.apply({ type: 'write-card', name: model, version: number, markdown: '# card' });
          tested.apply({ type: 'approve-version', ...judged, comment: '' }, 'ben');
          tested.apply({ type: 'report-check', ...judged, check: 'bias', passed: true, details: '' });
        }
      }
      for (const [step, actor] of steps) {
        const before = new Map([...tested.state.models].map(([model, held]) => [model, chargeOf(held)]));
        const applied =
          step.type === 'create-version'
            ? tested.register({}, actor)
            : tested.apply(step.type === 'roll-back' ? inTime(tested, step) : step, actor);
        if (!applied.ok) continue;
        for (const [model, held] of tested.state.models) {
          for (const [place, now] of chargeOf(held)) {
            if (!guards(rules, place) || before.get(model)?.get(place)?.version === now.version) continue;
            // In charge again because a newer one left: it came there by the rules, and nothing but that is left to it.
            const cameBefore = before.get(model)?.size !== undefined && held.history.get(place)?.includes(now.version);
            const given = 'metrics' in step ? (step.metrics ?? {}) : {};
            const missing = missingEvidence(rules, now, given);
            const fellBack =
              cameBefore && !('version' in step && step.version === now.version) && step.type !== 'roll-back';
            if (!fellBack) expect([place, missing]).toEqual([place, []]);
            promoted += 1;
          }
        }
      }
    }),
    { numRuns: 400 },
  );
  expect(promoted).toBeGreaterThan(0);
});
