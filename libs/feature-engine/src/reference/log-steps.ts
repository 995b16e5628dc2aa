import { isInvalid } from '../plans/row.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import type { EntityState } from '../windows/entity-state.ts';
import { originOf } from '../windows/origin.ts';
import type { Applied, WindowEntry } from '../windows/window-state.ts';
import type { NaiveEvent } from './naive-view.ts';
import type { RandomEvent } from './random-definitions.ts';

/** For tests: one record in the log of a view, as if all were of one entity. */
export interface LogStep {
  readonly position: number;
  readonly timeMs: number;
  /** Null for what only takes back. */
  readonly own: NaiveEvent | null;
  apply(state: EntityState): Applied;
}

export function stepsOf(plan: ViewPlan, events: readonly RandomEvent[]): LogStep[] {
  const versions = new Map<string, { endsAt?: number } & NaiveEvent>();
  return events.map((event, index): LogStep => {
    const position = index * 3;
    const row = { ...event };
    const read = plan.source.readEvent(row, event.time);
    const inputs = plan.inputs(row, event.time);
    if (isInvalid(read) || isInvalid(inputs)) throw new Error('the event does not fit its view');
    const { change, eventTimeMs: timeMs } = read;
    const own: { endsAt?: number } & NaiveEvent = { timeMs, position, inputs };
    const placeOf = (at: number) => (plan.log === 'source' ? at : originOf({ partition: 3, offset: at }));
    const earlier = change && versions.get(change.key);
    if (earlier) earlier.endsAt = position;
    const replaces = earlier && { timeMs: earlier.timeMs, origin: placeOf(earlier.position) };
    if (change?.op === 'delete') {
      versions.delete(change.key);
      const retraction = replaces ?? { timeMs, origin: -1 };
      return { position, timeMs, own: null, apply: (state) => state.retract({ position, ...retraction }) };
    }
    if (change) versions.set(change.key, own);
    const entry: WindowEntry = { timeMs, position, inputs, origin: placeOf(position), ...(replaces && { replaces }) };
    return { position, timeMs, own, apply: (state) => state.apply(entry) };
  });
}
