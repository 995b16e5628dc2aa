import type { AggregateValue } from '../aggregations/aggregation.ts';
import { canonicalJson } from '../definitions/canonical-json.ts';
import type { WindowedFeature } from '../definitions/definition.ts';
import { isDerived } from '../derived/derived-feature.ts';
import { oneForNull } from '../derived/null-handling.ts';
import { compileExpression, type SlotOf } from '../expressions/compile-expression.ts';
import { isText } from '../plans/feature-type.ts';
import type { ViewFeature } from '../plans/view-feature.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import type { EntryInputs } from '../plans/values.ts';
import { naiveAggregations } from './naive/naive-aggregations.ts';
import { naiveWindow } from './naive/naive-window.ts';

/** For tests: a view's log of one entity, and its features written down as their definition says, one event after the other. */

export interface NaiveEvent {
  readonly timeMs: number;
  readonly position: number;
  readonly inputs: EntryInputs;
  /** Position of what takes it back; absent: nothing does. */
  readonly endsAt?: number;
}

export interface NaiveAt {
  readonly timeMs: number;
  /** Last position known. */
  readonly cut: number;
  /** The own event; it is part of what is known even beyond the cut. */
  readonly own: NaiveEvent | null;
  /** The view's own by default; infinite where late events count, as in hindsight. */
  readonly allowedLatenessMs?: number;
}

/** Values of all features in order, or null when the time is out of reach. */
export function naiveValues(plan: ViewPlan, log: readonly NaiveEvent[], at: NaiveAt): AggregateValue[] | null {
  const accepted: NaiveEvent[] = [];
  const { allowedLatenessMs = plan.allowedLatenessMs } = at;
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const event of log) {
    if (event.position > at.cut) break;
    if (plan.source.changes === null && event.timeMs < newestMs - allowedLatenessMs) continue;
    accepted.push(event);
    newestMs = Math.max(newestMs, event.timeMs);
  }
  if (at.timeMs < newestMs - allowedLatenessMs) return null;
  const { own } = at;
  if (own !== null && !accepted.includes(own)) accepted.push(own);
  const windowed = plan.windowed.map((feature) =>
    aggregate(
      feature,
      plan,
      naiveWindow(
        feature.definition,
        accepted.filter((event) => isThere(event, at)),
        at,
      ),
      at,
    ),
  );
  return naiveOutputs(plan, windowed);
}

/** What the document says of each feature, one after the other. */
function naiveOutputs(plan: ViewPlan, windowed: readonly AggregateValue[]): AggregateValue[] {
  const outputs: AggregateValue[] = [];
  const named = (name: string) => plan.windowed.findIndex((feature) => feature.name === name);
  for (const written of plan.definition.features) {
    if (isDerived(written)) {
      const slotOf: SlotOf = (reference) =>
        plan.features.findIndex(({ name }) => reference.op === 'feature' && reference.name === name);
      const typed = outputs.map((value, at) =>
        value !== null && plan.features[at]?.type === 'boolean' ? value !== 0 : value,
      );
      const value = compileExpression(written.expression, slotOf)(typed) ?? written.empty ?? null;
      outputs.push(typeof value === 'boolean' ? Number(value) : value);
      continue;
    }
    const nulls = written.nulls === 'poison' ? Number(windowed[nullCounter(plan, written)] ?? 0) : 0;
    outputs.push(nulls > 0 ? null : (windowed[named(written.name)] ?? null));
  }
  return outputs;
}

/** The windowed feature that counts the nulls of another one's input, over the same events; -1 when it has no input. */
function nullCounter({ windowed }: ViewPlan, { input, filter, window, delay, ownEvent }: WindowedFeature): number {
  if (input === undefined) return -1;
  const wanted = canonicalJson([oneForNull(input), filter ?? null, window, delay ?? null, ownEvent ?? null]);
  return windowed.findIndex(({ name, definition }) => {
    const { input: counted, ...rest } = definition;
    const members = [counted ?? null, rest.filter ?? null, rest.window, rest.delay ?? null, rest.ownEvent ?? null];
    return name.endsWith('$nulls') && canonicalJson(members) === wanted;
  });
}

/** Not taken back as far as is known, and known by then. */
function isThere({ endsAt, timeMs, inputs }: NaiveEvent, at: NaiveAt): boolean {
  if (endsAt !== undefined && endsAt <= at.cut) return false;
  return at.allowedLatenessMs === Number.POSITIVE_INFINITY || (inputs.availableAtMs ?? timeMs) <= at.timeMs;
}

function aggregate(feature: ViewFeature, plan: ViewPlan, events: readonly NaiveEvent[], at: NaiveAt): AggregateValue {
  const ordered = events.toSorted((x, y) => x.timeMs - y.timeMs || x.position - y.position);
  const entries = ordered.flatMap((event) => {
    const value = inputOf(event.inputs, feature.column, plan);
    const { timeMs, position } = event;
    return value === null ? [] : [{ value, timeMs, position, isOwn: event === at.own }];
  });
  if (entries.length === 0) return feature.empty;
  return naiveAggregations[feature.aggregation].value(entries, feature.definition, at);
}

function inputOf({ numbers, strings }: EntryInputs, column: number, plan: ViewPlan): AggregateValue {
  if (column === -1) return 1;
  const { numberColumns } = plan.layout;
  if (column >= numberColumns) return strings[column - numberColumns] ?? null;
  const value = numbers[column] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}

/** The same values as a plan gives them: numbers and strings apart, NaN for missing. */
export function asViewValues(
  plan: ViewPlan,
  values: readonly AggregateValue[] | null,
): { numbers: number[]; strings: (string | null)[] } {
  const numbers: number[] = [];
  const strings: (string | null)[] = [];
  plan.features.forEach(({ type }, index) => {
    const value = values?.[index] ?? null;
    if (isText(type)) strings.push(value as string | null);
    else numbers.push(value === null ? Number.NaN : (value as number));
  });
  return { numbers, strings };
}
