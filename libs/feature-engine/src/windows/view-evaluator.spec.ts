import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../plans/compile.ts';
import { isInvalid } from '../plans/row.ts';
import type { ViewValues } from '../plans/values.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import { randomDefinitions, randomEvents } from '../reference/random-definitions.ts';
import { compareVectors } from '../sql/compare-vectors.ts';
import { ViewEvaluator } from './view-evaluator.ts';
import { WindowState } from './window-state.ts';

/** A state of the same view whose values are merged out of parts wherever an aggregation has them. */
function mergingState({ layout, windowed }: ViewPlan): WindowState {
  const parts = windowed.flatMap(({ kind, definition, column, range }, index) =>
    kind.part === undefined
      ? []
      : [
          {
            index,
            folds: range.spanMs === Number.POSITIVE_INFINITY,
            part: kind.part,
            parameters: definition,
            column,
            input: layout.columns[column]?.kind ?? 'number',
          },
        ],
  );
  const merged = windowed.map((feature, index) => {
    const { part } = feature.kind;
    if (part === undefined) return feature;
    return {
      ...feature,
      kind: { ...feature.kind, evaluate: undefined, part },
      part: parts.findIndex((each) => each.index === index),
    };
  });
  const ofParts = { ...layout, parts };
  return new WindowState({ layout: ofParts, evaluator: new ViewEvaluator(merged, ofParts) });
}

it('gives out of parts over blocks what each aggregation gives by itself', () => {
  fc.assert(
    fc.property(randomDefinitions, randomEvents, (definitions, events) => {
      for (const { plan } of compile('svc@1', definitions).views) {
        const state = plan.emptyState();
        const merging = mergingState(plan);
        events.forEach((event, position) => {
          const inputs = plan.inputs({ ...event }, event.time);
          if (isInvalid(inputs)) throw new Error(inputs.message);
          const expectSame = (at: { timeMs: number; position?: number; own?: typeof inputs }) => {
            const [a, b] = [state.evaluate(at), merging.evaluate(at)];
            const of = ({ numbers, strings }: ViewValues) => ({ numbers: Array.from(numbers), strings: [...strings] });
            expect(compareVectors({ features: plan.windowed }, of(b), of(a))).toEqual([]);
          };
          expectSame({ timeMs: event.time, own: inputs });
          for (const each of [state, merging]) each.apply({ timeMs: event.time, position, inputs });
          expectSame({ timeMs: event.time, position });
          expectSame({ timeMs: event.time + 2 });
        });
      }
    }),
    { numRuns: 100 },
  );
});
