import type { ViewFeature } from '../plans/view-feature.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import type { EntryInputs } from '../plans/values.ts';

/** For tests: a view's log of one entity, and its features written down as their definition says, one event after the other. */

export interface NaiveEvent {
  readonly timeMs: number;
  readonly position: number;
  readonly inputs: EntryInputs;
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

type Value = number | string | null;

/** Values of all features in order, or null when the time is out of reach. */
export function naiveValues(plan: ViewPlan, log: readonly NaiveEvent[], at: NaiveAt): Value[] | null {
  const accepted: NaiveEvent[] = [];
  const { allowedLatenessMs = plan.allowedLatenessMs } = at;
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const event of log) {
    if (event.position > at.cut) break;
    if (event.timeMs < newestMs - allowedLatenessMs) continue;
    accepted.push(event);
    newestMs = Math.max(newestMs, event.timeMs);
  }
  if (at.timeMs < newestMs - allowedLatenessMs) return null;
  const { own } = at;
  if (own !== null && !accepted.includes(own)) accepted.push(own);
  return plan.features.map((feature) =>
    aggregate(
      feature,
      plan,
      accepted.filter((event) => counts(feature, event, at)),
    ),
  );
}

function counts({ windowMs, delayMs, countsOwn }: ViewFeature, event: NaiveEvent, { timeMs, own }: NaiveAt): boolean {
  if (event.timeMs <= timeMs - delayMs - windowMs || event.timeMs > timeMs - delayMs) return false;
  if (delayMs > 0 || own === null || event.timeMs < timeMs) return true;
  return event === own ? countsOwn : event.position < own.position;
}

function aggregate({ aggregation, column, empty }: ViewFeature, plan: ViewPlan, events: readonly NaiveEvent[]): Value {
  const ordered = events.toSorted((x, y) => x.timeMs - y.timeMs || x.position - y.position);
  const values = ordered.map(({ inputs }) => inputOf(inputs, column, plan)).filter((value) => value !== null);
  if (values.length === 0) return empty;
  if (aggregation === 'count') return values.length;
  if (aggregation === 'last') return values.at(-1) ?? null;
  const numbers = values as number[];
  if (aggregation === 'min') return Math.min(...numbers);
  if (aggregation === 'max') return Math.max(...numbers);
  const sum = numbers.reduce((total, value) => total + value, 0);
  return aggregation === 'sum' ? sum : sum / numbers.length;
}

function inputOf({ numbers, strings }: EntryInputs, column: number, plan: ViewPlan): Value {
  if (column === -1) return 1;
  const { numberColumns } = plan.layout;
  if (column >= numberColumns) return strings[column - numberColumns] ?? null;
  const value = numbers[column] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}

/** The same values as a plan gives them: numbers and strings apart, NaN for missing. */
export function asViewValues(
  plan: ViewPlan,
  values: readonly Value[] | null,
): { numbers: number[]; strings: (string | null)[] } {
  const numbers: number[] = [];
  const strings: (string | null)[] = [];
  plan.features.forEach(({ type }, index) => {
    const value = values?.[index] ?? null;
    if (type === 'string') strings.push(value as string | null);
    else numbers.push(value === null ? Number.NaN : (value as number));
  });
  return { numbers, strings };
}
