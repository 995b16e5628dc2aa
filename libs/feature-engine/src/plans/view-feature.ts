import type { AggregateValue, AggregationKind } from '../aggregations/aggregation.ts';
import { aggregationKind, type Aggregation } from '../aggregations/registry.ts';
import { canonicalJson } from '../definitions/canonical-json.ts';
import { featureType } from '../definitions/check-feature-view.ts';
import type { WindowedFeature } from '../definitions/definition.ts';
import type { Range } from '../ranges/range.ts';
import { rangeOf } from '../ranges/range-of.ts';
import { isText } from './feature-type.ts';
import { inputKey, type ViewInput } from './view-inputs.ts';
import type { WindowLayout } from '../windows/window-layout.ts';
import type { PlannedFeature } from './values.ts';

/** A windowed feature, resolved against the inputs of its view. */
export interface ViewFeature extends PlannedFeature {
  readonly aggregation: Aggregation;
  readonly kind: AggregationKind;
  /** Index of the layout's part that the value is merged out of; -1 where the kind evaluates the window's entries by itself. */
  readonly part: number;
  /** Index of the view's input; -1 for a plain count of events. */
  readonly column: number;
  readonly range: Range;
  /** The value of a window without values; null is missing. */
  readonly empty: AggregateValue;
  readonly definition: WindowedFeature;
}

export interface PlannedFeatures {
  readonly features: readonly ViewFeature[];
  /** The layout's parts, one for each distinct one. */
  readonly parts: WindowLayout['parts'];
}

export function planFeatures(definitions: readonly WindowedFeature[], inputs: readonly ViewInput[]): PlannedFeatures {
  const columns = new Map(
    inputs.map(({ features: [first] }, index) => [first === undefined ? '' : inputKey(first), index]),
  );
  const slots = { numbers: 0, strings: 0 };
  const parts = new Map<string, WindowLayout['parts'][number] & { folds: boolean }>();
  const features = definitions.map((definition): ViewFeature => {
    const plain = definition.input === undefined && definition.filter === undefined;
    const column = plain ? -1 : (columns.get(inputKey(definition)) ?? -1);
    const type = featureType(definition, inputs[column]?.inputType);
    const kind = aggregationKind(definition.aggregation);
    const range = rangeOf(definition);
    // Most events of a lifetime are no entries any more.
    const folds = range.spanMs === Number.POSITIVE_INFINITY;
    const isMerged = kind.part !== undefined && (kind.evaluate === undefined || folds);
    const key = partKey(definition);
    if (isMerged) {
      const input = inputs[column]?.kind ?? 'number';
      const planned = parts.get(key) ?? { part: kind.part, parameters: definition, column, input, folds };
      planned.folds ||= folds;
      parts.set(key, planned);
    }
    return {
      name: definition.name,
      type,
      slot: isText(type) ? slots.strings++ : slots.numbers++,
      aggregation: definition.aggregation,
      kind,
      part: isMerged ? [...parts.keys()].indexOf(key) : -1,
      column,
      range,
      empty: emptyValue(definition, kind),
      definition,
    };
  });
  return { features, parts: [...parts.values()] };
}

/** Features that differ in nothing but their windows are made of the same parts. */
function partKey(definition: WindowedFeature): string {
  const {
    name: _name,
    description: _about,
    window: _window,
    delay: _delay,
    ownEvent: _own,
    empty: _empty,
    ...rest
  } = definition;
  return canonicalJson(rest);
}

function emptyValue(definition: WindowedFeature, kind: AggregationKind): AggregateValue {
  const { empty } = definition;
  if (empty === undefined) return kind.empty(definition);
  return typeof empty === 'boolean' ? Number(empty) : empty;
}
