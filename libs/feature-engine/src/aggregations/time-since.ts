import type { ObjectReader } from '../definitions/object-reader.ts';
import type { FeatureType } from '../plans/feature-type.ts';
import type { AggregationKind, MergeablePart, WindowSql } from './aggregation.ts';

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const units = ['ms', 's', 'm', 'h', 'd'] as const;

export interface TimeSinceParameters {
  /** What the time is counted in; seconds by default. */
  readonly unit: (typeof units)[number];
}

const common = {
  input: 'optional',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: (reader: ObjectReader): TimeSinceParameters => ({ unit: reader.oneOf('unit', units) ?? 's' }),
  type: (): FeatureType => 'double',
  empty: () => null,
} as const;

/** An event time, of the events that `pick` has chosen from. */
function timePart(pick: (earlierMs: number, laterMs: number) => number): MergeablePart<TimeSinceParameters, number> {
  return {
    empty: () => Number.NaN,
    add: (part, _, { timeMs }) => (Number.isNaN(part) ? timeMs : pick(part, timeMs)),
    merge: (earlier, later) => {
      if (Number.isNaN(earlier)) return later;
      return Number.isNaN(later) ? earlier : pick(earlier, later);
    },
    finish: (part, { timeMs }, { unit }) => (timeMs - part) / unitsMs[unit],
    encode: (part, to) => to.f64(part),
    decode: (from) => from.f64(),
    maxBytes: () => 8,
  };
}

function timeSinceSql({ at }: WindowSql, eventTime: string, { unit }: TimeSinceParameters): string {
  return `toFloat64(any(${at}) - ${eventTime}) / ${unitsMs[unit]}`;
}

/** Time that has passed since the newest event with a value: 0 where the own event is one, so mostly it is excluded. */
export const timeSinceLast: AggregationKind<TimeSinceParameters, number> = {
  ...common,
  part: timePart(Math.max),
  evaluate: (window, { unit }) =>
    window.own === null ? (window.timeMs - window.timeAt(window.lastEntry())) / unitsMs[unit] : 0,
  sql: (window, parameters) => timeSinceSql(window, `maxIf(${window.time}, ${window.holds})`, parameters),
};

/** Time that has passed since the oldest event of the window with a value. */
export const timeSinceFirst: AggregationKind<TimeSinceParameters, number> = {
  ...common,
  part: timePart(Math.min),
  evaluate: (window, { unit }) => {
    const first = window.firstEntry();
    return first === -1 ? 0 : (window.timeMs - window.timeAt(first)) / unitsMs[unit];
  },
  sql: (window, parameters) => timeSinceSql(window, `minIf(${window.time}, ${window.holds})`, parameters),
};
