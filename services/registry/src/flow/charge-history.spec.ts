import { beforeEach, describe, expect, it } from 'vitest';
import { chargeOf } from './charge.ts';
import { previousInCharge } from './charge-history.ts';
import { RegistryUnderTest } from './registry-under-test.ts';
import type { PromotionRules } from './rules/promotion-rules.ts';

let registry: RegistryUnderTest;
beforeEach(() => {
  registry = new RegistryUnderTest();
  registry.create();
  for (let version = 1; version <= 4; version += 1) registry.register();
});
const model = () => registry.state.models.get('fraud') ?? expect.fail('the model is there');
const current = (target: string) => chargeOf(model()).get(target)?.version;
function rollBack(target: string) {
  const [from, to] = [current(target) ?? null, previousInCharge(model(), target)];
  return registry.apply({ type: 'roll-back', name: 'fraud', target, from, to: to ?? 99 });
}

describe('a rollback', () => {
  it('of an alias goes one version back each time, and is an event with the version before', () => {
    for (const version of [1, 2, 3]) registry.setAlias(version);
    const back = rollBack('alias:champion');
    expect(back).toMatchObject({ ok: true, events: [{ value: { version: '2', previousVersion: '3' } }] });
    rollBack('alias:champion');
    expect(current('alias:champion')).toBe(1);
    expect(previousInCharge(model(), 'alias:champion')).toBeNull();
    registry.setAlias(4);
    rollBack('alias:champion');
    expect(current('alias:champion')).toBe(1);
  });

  it('of a stage archives what was in charge and brings back what was archived for it', () => {
    registry.transition(1, 'Production');
    registry.transition(2, 'Production', true);
    expect(model().versions.get(1)?.stage).toBe('Archived');
    expect(rollBack('stage:Production').ok).toBe(true);
    expect([1, 2].map((number) => model().versions.get(number)?.stage)).toEqual(['Production', 'Archived']);
  });

  it('passes over versions that were deleted, and puts back what a deleted alias stood for', () => {
    for (const version of [1, 2, 3]) registry.setAlias(version);
    registry.apply({ type: 'delete-version', name: 'fraud', version: 2 });
    rollBack('alias:champion');
    expect(current('alias:champion')).toBe(1);
    registry.apply({ type: 'delete-alias', name: 'fraud', alias: 'champion' });
    rollBack('alias:champion');
    expect(current('alias:champion')).toBe(1);
  });

  it('does not bring back a version that left its stage', () => {
    for (const version of [1, 2, 3]) registry.transition(version, 'Production');
    registry.transition(3, 'Archived');
    expect(current('stage:Production')).toBe(2);
    expect(previousInCharge(model(), 'stage:Production')).toBe(1);
  });

  it('is refused when the charge is another than it was made for', () => {
    registry.setAlias(1);
    registry.setAlias(2);
    const stale = { type: 'roll-back', name: 'fraud', target: 'alias:champion', from: 1, to: 2 } as const;
    expect(registry.apply(stale)).toMatchObject({ ok: false, details: { code: 'REGISTRY_CHARGE_CONFLICT' } });
    expect(registry.apply({ ...stale, name: 'absent' })).toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });
});

const rules: PromotionRules = {
  aliases: [],
  stages: ['Production'],
  metrics: [],
  card: true,
  approvals: 0,
  checks: [],
  semanticVersion: false,
};

describe('a version', () => {
  const deleteVersion = (version: number, retentionMs: number) =>
    registry.apply({ type: 'delete-version', name: 'fraud', version, retentionMs });

  it('in Production cannot be deleted where promotion has rules, nor can its model', () => {
    registry.transition(1, 'Production');
    registry.apply({ type: 'set-rules', name: 'fraud', rules });
    const code = 'REGISTRY_VERSION_IN_PRODUCTION_CONFLICT';
    expect(deleteVersion(1, 0)).toMatchObject({ ok: false, code: 'RESOURCE_CONFLICT', details: { code } });
    expect(registry.apply({ type: 'delete-model', name: 'fraud', retentionMs: 0 })).toMatchObject({
      details: { code },
    });
    registry.transition(1, 'None');
    expect(deleteVersion(1, 0).ok).toBe(true);
  });

  it('in Production may be deleted where there are none, as by MLflow', () => {
    registry.transition(1, 'Production');
    expect(deleteVersion(1, 0).ok).toBe(true);
  });

  it('that was archived is kept until its retention ends, whatever its stage is by then', () => {
    registry.transition(1, 'Archived');
    registry.transition(1, 'None');
    const code = 'REGISTRY_VERSION_RETAINED_CONFLICT';
    expect(deleteVersion(1, 5000)).toMatchObject({ ok: false, details: { code } });
    expect(registry.apply({ type: 'delete-model', name: 'fraud', retentionMs: 5000 })).toMatchObject({
      details: { code },
    });
    expect(deleteVersion(2, 5000).ok).toBe(true);
    for (let step = 0; step < 3; step += 1) registry.setAlias(3);
    expect(deleteVersion(1, 5000).ok).toBe(true);
  });

  it('was deleted before anything was protected: an old journal gives what it gave', () => {
    registry.transition(1, 'Production');
    expect(registry.apply({ type: 'delete-version', name: 'fraud', version: 1 }).ok).toBe(true);
  });
});
