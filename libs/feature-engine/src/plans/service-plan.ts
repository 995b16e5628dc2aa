import { versionedName, type FeatureServiceDefinition } from '../definitions/definition.ts';
import { isText } from './feature-type.ts';
import { compilePassThrough, type PassThroughEvaluator } from './pass-through.ts';
import { isInvalid, type Invalid, type Row } from './row.ts';
import { readKey, type RowReader } from './row-reader.ts';
import type { SourcePlan } from './source-plan.ts';
import type { PlannedFeature, VectorValues, ViewValues } from './values.ts';
import type { ViewPlan } from './view-plan.ts';

export interface ServiceView {
  readonly plan: ViewPlan;
  /** Column of the triggering event that holds this view's key. */
  readonly key: string;
  /** Whether the triggering event is itself an event of this view's log. */
  readonly readsTrigger: boolean;
}

/** Where a feature of the vector comes from. */
export type FeatureOrigin =
  | { readonly from: 'view'; readonly view: number; readonly slot: number }
  | { readonly from: 'pass-through'; readonly index: number };

export interface ServiceFeature extends PlannedFeature {
  readonly origin: FeatureOrigin;
}

/** A feature service, ready to make vectors. */
export class ServicePlan {
  readonly definition: FeatureServiceDefinition;
  readonly name: string;
  readonly version: number;
  /** `name@version`: the lane of its vectors. */
  readonly id: string;
  /** The trigger: each of its events gives one vector. */
  readonly source: SourcePlan;
  readonly views: readonly ServiceView[];
  /** A model's inputs, in order. */
  readonly features: readonly ServiceFeature[];
  readonly numberCount: number;
  readonly stringCount: number;
  /** Columns of the trigger that pass-through features read: what a request must bring. */
  readonly requestColumns: readonly string[];
  readonly #passThrough: PassThroughEvaluator;
  readonly #passed: RowReader;

  constructor(
    definition: FeatureServiceDefinition,
    parts: {
      readonly source: SourcePlan;
      readonly views: readonly ServiceView[];
      readonly features: readonly ServiceFeature[];
    },
  ) {
    this.definition = definition;
    this.name = definition.name;
    this.version = definition.version;
    this.id = versionedName(definition);
    this.source = parts.source;
    this.views = parts.views;
    this.features = parts.features;
    this.stringCount = parts.features.filter(({ type }) => isText(type)).length;
    this.numberCount = parts.features.length - this.stringCount;
    const { evaluate, columns, reader } = compilePassThrough(definition.passThrough, parts.source, parts.views);
    this.#passThrough = evaluate;
    this.#passed = reader;
    this.requestColumns = columns;
  }

  /** The keys of a triggering event, one a view. */
  keys(row: Row): string[] | Invalid {
    const keys: string[] = [];
    for (const { key } of this.views) {
      const read = readKey(row, key);
      if (typeof read !== 'string') return read;
      keys.push(read);
    }
    return keys;
  }

  /** What is wrong with the columns that pass-through features read: asked before the event counts anywhere. */
  faultOf(row: Row): Invalid | null {
    const read = this.#passed.read(row);
    return isInvalid(read) ? read : null;
  }

  /** Entity name to key, for keys in the order of `views`. */
  entities(keys: readonly string[]): Record<string, string> {
    return Object.fromEntries(this.views.map(({ plan }, index) => [plan.entity.name, keys[index] ?? '']));
  }

  /** Puts the values of all views (in the order of `views`) and the pass-through features into the model's order. */
  vector(parts: {
    readonly row: Row;
    readonly eventTimeMs: number;
    readonly values: readonly ViewValues[];
  }): VectorValues | Invalid {
    const passed = this.#passThrough(parts.row, parts.eventTimeMs, parts.values);
    if (isInvalid(passed)) return passed;
    const numbers: number[] = [];
    const strings: (string | null)[] = [];
    for (const { type, origin } of this.features) {
      if (origin.from === 'view') {
        const values = parts.values[origin.view];
        if (isText(type)) strings.push(values?.strings[origin.slot] ?? null);
        else numbers.push(values?.numbers[origin.slot] ?? Number.NaN);
      } else {
        const value = passed[origin.index] ?? null;
        if (isText(type)) strings.push(value as string | null);
        else numbers.push(value === null ? Number.NaN : Number(value));
      }
    }
    return { numbers, strings };
  }
}
