import { featureType } from '../definitions/check-feature-view.ts';
import type { Aggregation, FeatureViewDefinition, WindowedFeature } from '../definitions/definition.ts';
import { durationMs } from '../definitions/duration.ts';
import { inputKey, type ViewInput } from './view-inputs.ts';
import type { PlannedFeature } from './values.ts';

/** A windowed feature, resolved against the inputs of its view. */
export interface ViewFeature extends PlannedFeature {
  readonly aggregation: Aggregation;
  /** Index of the view's input; -1 for a plain count of events. */
  readonly column: number;
  readonly windowMs: number;
  readonly delayMs: number;
  readonly countsOwn: boolean;
  /** The value of a window without values; null is missing. */
  readonly empty: number | string | null;
  readonly definition: WindowedFeature;
}

export function planFeatures(view: FeatureViewDefinition, inputs: readonly ViewInput[]): ViewFeature[] {
  const columns = new Map(
    inputs.map(({ features: [first] }, index) => [first === undefined ? '' : inputKey(first), index]),
  );
  const slots = { numbers: 0, strings: 0 };
  return view.features.map((definition) => {
    const plain = definition.input === undefined && definition.filter === undefined;
    const column = plain ? -1 : (columns.get(inputKey(definition)) ?? -1);
    const type = featureType(definition, inputs[column]?.inputType);
    const feature: ViewFeature = {
      name: definition.name,
      type,
      slot: type === 'string' ? slots.strings : slots.numbers,
      aggregation: definition.aggregation,
      column,
      windowMs: durationMs(definition.window),
      delayMs: definition.delay === undefined ? 0 : durationMs(definition.delay),
      countsOwn: definition.ownEvent !== 'exclude',
      empty: emptyValue(definition),
      definition,
    };
    if (type === 'string') slots.strings += 1;
    else slots.numbers += 1;
    return feature;
  });
}

function emptyValue({ aggregation, empty }: WindowedFeature): number | string | null {
  if (empty === undefined) return aggregation === 'count' || aggregation === 'sum' ? 0 : null;
  return typeof empty === 'boolean' ? Number(empty) : empty;
}
