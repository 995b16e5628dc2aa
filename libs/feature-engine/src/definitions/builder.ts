import type { Counts } from '../aggregations/counts.ts';
import type { DecayParameters } from '../aggregations/decaying.ts';
import type { DeviationParameters } from '../aggregations/deviations.ts';
import type { Distinct } from '../aggregations/distinct.ts';
import type { Histogram } from '../aggregations/histogram.ts';
import type { Percentile } from '../aggregations/percentile.ts';
import type { Ranked } from '../aggregations/ranked.ts';
import type { SumParameters } from '../aggregations/sum.ts';
import type { TimeSinceParameters } from '../aggregations/time-since.ts';
import type { Aggregation } from '../aggregations/registry.ts';
import type { DerivedFeature } from '../derived/derived-feature.ts';
import type { Expression } from '../expressions/expression.ts';
import type { LifetimeWindow, SessionWindow, TumblingWindow, WindowDocument } from '../ranges/window-document.ts';
import type {
  Definition,
  EntityDefinition,
  FeatureServiceDefinition,
  FeatureViewDefinition,
  PassThroughFeature,
  ServiceViewReference,
  SourceDefinition,
  WindowedFeature,
} from './definition.ts';

type Optional<T, K extends keyof T> = Omit<T, K | 'kind'> & Partial<Pick<T, K>>;

/** A source; what is left out gets the defaults of `parseDefinitions`. */
export function source<
  const T extends Optional<SourceDefinition, 'partitioner' | 'keyEncoding' | 'allowedLateness' | 'maxFuture'>,
>(definition: T) {
  return { kind: 'source', ...definition } as const;
}

export function entity<const T extends Omit<EntityDefinition, 'kind'>>(definition: T) {
  return { kind: 'entity', ...definition } as const;
}

type Named = { readonly name: string };
type FeatureSpec = Omit<WindowedFeature, 'name'>;
type AnySpec = FeatureSpec | Omit<DerivedFeature, 'name'>;

/** A feature view whose entity and source are given as definitions, and whose features as an object by name. */
export function featureView<
  const T extends Omit<FeatureViewDefinition, 'kind' | 'version' | 'entity' | 'source' | 'features'> & {
    readonly version?: number;
    readonly entity: Named;
    readonly source: Named;
    readonly features: Readonly<Record<string, AnySpec>>;
  },
>({ entity, source, features, ...rest }: T) {
  return {
    kind: 'feature-view' as const,
    version: 1,
    ...rest,
    entity: entity.name,
    source: source.name,
    features: Object.entries(features).map(([name, feature]): WindowedFeature | DerivedFeature => ({
      name,
      ...feature,
    })),
  };
}

type VersionedView = Named & { readonly version: number };

/** Views are given as definitions, or as `{ view, key }` where another column of the trigger holds the key. */
export function featureService<
  const T extends Omit<
    FeatureServiceDefinition,
    'kind' | 'version' | 'source' | 'views' | 'passThrough' | 'startFrom'
  > & {
    readonly version?: number;
    readonly source: Named;
    readonly views: readonly (VersionedView | { readonly view: VersionedView; readonly key: string })[];
    readonly passThrough?: Readonly<Record<string, Expression>>;
    readonly startFrom?: FeatureServiceDefinition['startFrom'];
  },
>({ source, views, passThrough, ...rest }: T) {
  return {
    kind: 'feature-service' as const,
    version: 1,
    startFrom: 'beginning' as const,
    ...rest,
    source: source.name,
    views: views.map((reference): ServiceViewReference =>
      'view' in reference
        ? { view: reference.view.name, version: reference.view.version, key: reference.key }
        : { view: reference.name, version: reference.version },
    ),
    passThrough: Object.entries(passThrough ?? {}).map(([name, expression]): PassThroughFeature => ({
      name,
      expression,
    })),
  };
}

/** The same features over several windows: `windows(['1d', '7d'], (w) => ({ [`n_${w}`]: count(w) }))`. */
export function windows<const W extends string>(
  durations: readonly W[],
  make: (window: W) => Readonly<Record<string, FeatureSpec>>,
): Record<string, FeatureSpec> {
  return Object.assign({}, ...durations.map(make)) as Record<string, FeatureSpec>;
}

/** The window of that size that the time lies in, or the whole one before it: `tumbling('1d', { offset: '5h', which: 'previous' })`. */
export function tumbling(size: string, options: Partial<Omit<TumblingWindow, 'kind' | 'size'>> = {}): TumblingWindow {
  return { kind: 'tumbling', size, offset: '0ms', which: 'current', ...options };
}

/** The events up to now without a pause longer than `gap`, followed back for `max` at most: `session({ gap: '30m', max: '1d' })`. */
export function session(of: Omit<SessionWindow, 'kind'>): SessionWindow {
  return { kind: 'session', ...of };
}

/** All events up to now, of which most are kept only as what they add up to. */
export function lifetime(): LifetimeWindow {
  return { kind: 'lifetime' };
}

export type FeatureOptions = Pick<WindowedFeature, 'nulls' | 'delay' | 'filter' | 'ownEvent' | 'empty' | 'description'>;

export function count(
  window: WindowDocument,
  options: FeatureOptions & { readonly input?: Expression } = {},
): FeatureSpec {
  return { aggregation: 'count', window, ...options };
}

export const first = aggregationOf('first');
export const last = aggregationOf('last');
export const max = aggregationOf('max');
export const mean = aggregationOf('mean');
export const min = aggregationOf('min');
/** The own event's value itself. */
export const own = aggregationOf('own');
export const standardDeviation: OverInput<DeviationOptions> = aggregationOf('standard-deviation');
/** With `decimals` exact to that many digits behind the point, however many values there are. */
export const sum: OverInput<SumParameters> = aggregationOf('sum');
export const variance: OverInput<DeviationOptions> = aggregationOf('variance');
/** How far the own event's value lies above the mean of the others in its window, in their standard deviations. */
export const zScore: OverInput<DeviationOptions> = aggregationOf('z-score');

type DeviationOptions = Partial<DeviationParameters>;

/** A map from each value's text to how often it came. */
export const counts: OverInput<Partial<Counts>> = aggregationOf('counts');
/** How many values differ: exact up to a bound, an estimate beyond. */
export const distinct: OverInput<Partial<Distinct>> = aggregationOf('distinct');
export const histogram: OverInputWith<Histogram> = aggregationOf('histogram');
/** Of each share `q` the value below which it lies, within a relative accuracy. */
export const percentile: OverInputWith<Pick<Percentile, 'q'> & Partial<Percentile>> = aggregationOf('percentile');
export const bottomK: OverInputWith<RankedMembers> = aggregationOf('bottom-k');
export const firstK: OverInputWith<RankedMembers> = aggregationOf('first-k');
export const lastK: OverInputWith<RankedMembers> = aggregationOf('last-k');
export const topK: OverInputWith<RankedMembers> = aggregationOf('top-k');

type RankedMembers = Pick<Ranked, 'k'> & Partial<Ranked>;

export const decayedSum: OverInputWith<DecayParameters> = aggregationOf('decayed-sum');

type EventOptions = FeatureOptions & { readonly input?: Expression };

export function decayedCount(window: WindowDocument, options: EventOptions & DecayParameters): FeatureSpec {
  return { aggregation: 'decayed-count', window, ...options };
}

/** In seconds unless `unit` says otherwise; 0 where the own event counts. */
export function timeSinceLast(
  window: WindowDocument,
  options: EventOptions & Partial<TimeSinceParameters> = {},
): FeatureSpec {
  return { aggregation: 'time-since-last', window, ...options };
}

export function timeSinceFirst(
  window: WindowDocument,
  options: EventOptions & Partial<TimeSinceParameters> = {},
): FeatureSpec {
  return { aggregation: 'time-since-first', window, ...options };
}

/** A feature over the values of an input, with members of its aggregation that have defaults. */
type OverInput<Members> = (
  input: Expression | string,
  window: WindowDocument,
  options?: FeatureOptions & Members,
) => FeatureSpec;

/** The same for an aggregation that must be told something. */
type OverInputWith<Members> = (
  input: Expression | string,
  window: WindowDocument,
  options: FeatureOptions & Members,
) => FeatureSpec;

function aggregationOf(aggregation: Aggregation): OverInput<object> {
  return (input, window, options) => ({
    aggregation,
    input: typeof input === 'string' ? { op: 'column', name: input } : input,
    window,
    ...options,
  });
}

/** Definitions as the JSON text that `apply` posts. */
export function toJson(definitions: readonly (Definition | object)[]): string {
  return JSON.stringify({ definitions }, null, 2);
}
