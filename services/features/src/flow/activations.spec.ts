import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activations, type PredecessorFence, type Standing } from './activations.ts';
import { FeaturesUnderTest, serviceOf, viewOf } from './definitions-for-tests.ts';
import { blueprintsOf, type PlannedService, type SourceBlueprint } from './source-blueprint.ts';

const fresh: Standing = { next: null, lostAt: null, endOffset: 100 };

describe('a feature service takes effect', () => {
  it('at the end of the log, or at its beginning where it wants the past', () => {
    const features = FeaturesUnderTest.serving();
    const [first] = blueprintsOf(features.state);
    expect(startOf(first, 'risk@1', fresh)).toBe(100);
    features.define(serviceOf(['by_card'], 'past', { startFrom: 'beginning' }));
    expect(startOf(blueprintsOf(features.state)[1], 'past@1', fresh)).toBe(0);
  });

  it('where the states stand when they were there before it', () => {
    const [blueprint] = blueprintsOf(FeaturesUnderTest.serving().state);
    expect(startOf(blueprint, 'risk@1', { ...fresh, next: 40 })).toBe(40);
  });

  it('where the group had come when Redis was lost, and buries nothing twice', () => {
    const [blueprint] = blueprintsOf(FeaturesUnderTest.serving().state);
    const lost = { ...fresh, lostAt: 70 };
    expect(startOf(blueprint, 'risk@1', lost)).toBe(70);
    const activations = new Activations();
    activations.begin(blueprint as SourceBlueprint, lost);
    expect(activations.buriesFrom).toBe(70);
  });

  it('at the beginning of a generation that is newer than itself', () => {
    const features = FeaturesUnderTest.serving();
    features.submit({ type: 'resume-source', source: 'payments' });
    expect(startOf(blueprintsOf(features.state)[0], 'risk@1', fresh)).toBe(0);
    features.define(serviceOf(['by_card'], 'later'));
    expect(startOf(blueprintsOf(features.state)[0], 'later@1', fresh)).toBe(100);
  });

  it('once: what was decided is kept through every restart', () => {
    const [blueprint] = blueprintsOf(FeaturesUnderTest.serving().state);
    const activations = new Activations();
    expect(activations.begin(blueprint as SourceBlueprint, fresh)).toBe(true);
    const again = Activations.decode(activations.encode());
    expect(again.begin(blueprint as SourceBlueprint, { ...fresh, endOffset: 500 })).toBe(false);
    expect(again.isActive(service(blueprint, 'risk@1'), 100)).toBe(true);
    expect(again.isActive(service(blueprint, 'risk@1'), 99)).toBe(false);
  });
});

describe('a build that catches up', () => {
  const features = FeaturesUnderTest.serving();
  features.define(viewOf('card', 'more'));
  const [older, newer] = blueprintsOf(features.state) as [SourceBlueprint, SourceBlueprint];
  const risk = service(older, 'risk@1');

  it('takes nothing over while it is far behind, or ahead of what the older one has published', () => {
    const theirs = new Activations();
    theirs.begin(older, fresh);
    const activations = new Activations();
    activations.begin(newer, fresh);
    const fence = { nextOffset: 50_000, extra: theirs.encode() };
    expect(activations.takeOver(newer, fence, 100)).toBe(false);
    expect(activations.takeOver(newer, fence, 50_001)).toBe(false);
    expect(activations.hasTakenOver(newer, 50_001)).toBe(false);
    expect(activations.takeOver(newer, fence, 49_990)).toBe(true);
    expect(activations.hasTakenOver(newer, 49_990)).toBe(false);
    expect(activations.hasTakenOver(newer, 50_000)).toBe(true);
    expect(activations.buriesFrom).toBe(50_000);
  });

  it('does not begin a service earlier than the older build would have', () => {
    const theirs = new Activations();
    theirs.begin(older, { ...fresh, endOffset: 900 });
    const activations = new Activations();
    activations.begin(newer, fresh);
    activations.takeOver(newer, { nextOffset: 300, extra: theirs.encode() }, 300);
    expect(activations.isActive(risk, 899)).toBe(false);
    expect(activations.isActive(risk, 900)).toBe(true);
  });

  it('gives together with the older one every vector once, whatever crashes and whoever is faster', () => {
    const steps = fc.array(
      fc.record({
        who: fc.constantFrom('older', 'newer'),
        batch: fc.integer({ min: 1, max: 40 }),
        dies: fc.constantFrom('no', 'no', 'no', 'before-commit'),
      }),
      { minLength: 30, maxLength: 300 },
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const log = 400;
        const published: number[] = [];
        const fences: Record<'older' | 'newer', PredecessorFence> = {
          older: { nextOffset: 0, extra: Buffer.alloc(0) },
          newer: { nextOffset: 0, extra: Buffer.alloc(0) },
        };
        const step = (who: 'older' | 'newer', batch: number, dies: string): void => {
          const blueprint = who === 'older' ? older : newer;
          const { nextOffset: next, extra } = fences[who];
          const activations = Activations.decode(extra);
          activations.begin(blueprint, { next: extra.length > 0 ? next : null, lostAt: null, endOffset: 0 });
          activations.takeOver(blueprint, who === 'newer' && fences.older.extra.length > 0 ? fences.older : null, next);
          const to = Math.min(log, next + batch);
          for (let offset = next; offset < to; offset += 1)
            if (activations.isActive(risk, offset)) published.push(offset);
          if (dies === 'no') fences[who] = { nextOffset: to, extra: activations.encode() };
        };
        for (const { who, batch, dies } of taken) {
          const isCompleted = Activations.decode(fences.newer.extra).hasTakenOver(newer, fences.newer.nextOffset);
          // The older build is stopped as soon as the newer one has taken over.
          step(isCompleted ? 'newer' : who, batch, dies);
        }
        for (let i = 0; i < 400; i += 1) {
          if (!Activations.decode(fences.newer.extra).hasTakenOver(newer, fences.newer.nextOffset))
            step('older', 40, 'no');
          step('newer', 40, 'no');
        }
        let watermark = -1;
        const counted = published.filter((offset) => {
          const counts = offset > watermark;
          if (counts) watermark = offset;
          return counts;
        });
        expect(counted).toEqual(Array.from({ length: log }, (_, offset) => offset));
      }),
    );
  });
});

function service(blueprint: SourceBlueprint | undefined, id: string): PlannedService {
  const found = blueprint?.services.find(({ plan }) => plan.id === id);
  if (!found) throw new RangeError(`there is no service ${id}`);
  return found;
}

/** First offset at which the service gives a vector. */
function startOf(blueprint: SourceBlueprint | undefined, id: string, standing: Standing): number {
  const activations = new Activations();
  activations.begin(blueprint as SourceBlueprint, standing);
  let offset = 0;
  while (!activations.isActive(service(blueprint, id), offset)) offset += 1;
  return offset;
}
