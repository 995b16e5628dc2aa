import { aggregationKind } from '../aggregations/registry.ts';
import { canonicalJson } from '../definitions/canonical-json.ts';
import { versionedName, type EntityDefinition, type FeatureViewDefinition } from '../definitions/definition.ts';
import { durationMs } from '../definitions/duration.ts';
import { expandFeatures } from '../derived/expand-features.ts';
import { FeatureOutputs } from '../derived/feature-outputs.ts';
import { checkExpression } from '../expressions/check-expression.ts';
import { viewScope } from '../definitions/check-feature-view.ts';
import { Faults } from '../definitions/faults.ts';
import type { EntityState } from '../windows/entity-state.ts';
import { ViewEvaluator } from '../windows/view-evaluator.ts';
import { fingerprintOf, type EntryMark, type WindowLayout } from '../windows/window-layout.ts';
import { WindowState, type WindowStateKind } from '../windows/window-state.ts';
import { isInvalid, type Invalid, type Row } from './row.ts';
import { readKey } from './row-reader.ts';
import type { SourcePlan } from './source-plan.ts';
import type { EntryInputs, EvaluateAt, PlannedFeature, ViewValues } from './values.ts';
import { planFeatures, type ViewFeature } from './view-feature.ts';
import { compileInputs, viewInputs, type InputEvaluator, type ViewInput } from './view-inputs.ts';

/** A feature view, ready to turn events into state and state into values. Holds no state itself. */
export class ViewPlan {
  readonly definition: FeatureViewDefinition;
  /** `name@version`. */
  readonly id: string;
  readonly source: SourcePlan;
  readonly entity: EntityDefinition;
  /** Column of the source that holds the entity's key. */
  readonly keyColumn: string;
  /** `source`: the topic itself is keyed by the entity. `rekeyed`: its events travel through the view's own topic. */
  readonly log: 'source' | 'rekeyed';
  readonly inputColumns: readonly ViewInput[];
  /** What it shows, in the order of its document. */
  readonly features: readonly PlannedFeature[];
  /** What that is made of. */
  readonly windowed: readonly ViewFeature[];
  readonly outputs: FeatureOutputs;
  /** Longest window with its delay; infinite where one is a lifetime. */
  readonly spanMs: number;
  /** How old an event may be against its entity's newest; a rekeyed log allows for the disorder of its sources as well. */
  readonly allowedLatenessMs: number;
  /** How far the partitions that feed a rekeyed log may lie apart in event time; 0 where the source is the log. */
  readonly slackMs: number;
  /** How long, before its entity's newest, an event is kept by itself. */
  readonly retentionMs: number;
  readonly layout: WindowLayout;
  readonly #inputs: InputEvaluator;
  readonly #stateKind: WindowStateKind;

  constructor(definition: FeatureViewDefinition, source: SourcePlan, entity: EntityDefinition) {
    this.definition = definition;
    this.id = versionedName(definition);
    this.source = source;
    this.entity = entity;
    this.keyColumn = definition.keyColumn ?? entity.key;
    const keyedBySource = source.definition.partitioner !== null && source.definition.entity === this.keyColumn;
    this.log = keyedBySource ? 'source' : 'rekeyed';
    const expanded = expandFeatures(definition.features, (input) =>
      checkExpression(input, viewScope(source.definition), '', new Faults()),
    );
    this.inputColumns = viewInputs(expanded.windowed, source);
    const { features, parts } = planFeatures(expanded.windowed, this.inputColumns);
    this.windowed = features;
    this.outputs = new FeatureOutputs(expanded, features);
    this.features = this.outputs.features;
    this.spanMs = Math.max(...this.windowed.map(({ range }) => range.spanMs));
    const { allowedLateness } = definition;
    const declaredMs = allowedLateness === undefined ? source.allowedLatenessMs : durationMs(allowedLateness);
    const heldMs = Math.max(...this.windowed.map(({ range }) => range.heldMs));
    this.slackMs = this.log === 'rekeyed' ? Math.max(declaredMs, Math.ceil(heldMs / 8)) : 0;
    this.allowedLatenessMs = declaredMs + this.slackMs;
    // What is folded into a lifetime cannot be taken out of it again. So that it can be told at every cut whose time is not too late
    // what was known there, no event is folded that could have come after such a cut: its time may lie before the cut's by the
    // lateness once more.
    const foldedMs = this.spanMs === Number.POSITIVE_INFINITY ? this.allowedLatenessMs : 0;
    this.retentionMs = heldMs + this.allowedLatenessMs + foldedMs;
    this.layout = this.#planLayout(parts, heldMs);
    this.#inputs = compileInputs(this.inputColumns, source);
    this.#stateKind = { layout: this.layout, evaluator: new ViewEvaluator(this.windowed, this.layout) };
  }

  /** The key of the row's entity in this view. */
  key(row: Row): string | Invalid {
    return readKey(row, this.keyColumn);
  }

  /** What a source row brings to this view: what its log holds when it is rekeyed, and what its state keeps. */
  inputs(row: Row, eventTimeMs: number): EntryInputs | Invalid {
    const inputs = this.#inputs(row, eventTimeMs);
    if (this.source.definition.availableAt === undefined || isInvalid(inputs)) return inputs;
    const availableAtMs = this.source.availableAtMs(row);
    if (typeof availableAtMs === 'object' && availableAtMs !== null) return availableAtMs;
    return { ...inputs, availableAtMs };
  }

  emptyState(): EntityState {
    return new WindowState(this.#stateKind);
  }

  /** @throws WindowStateError when the bytes are not a state of this view. */
  decodeState(bytes: Uint8Array): EntityState {
    return WindowState.decode(this.#stateKind, bytes);
  }

  /** Values at a time, from a state that is null for an entity never seen. Changes nothing. */
  evaluate(state: EntityState | null, at: EvaluateAt): ViewValues {
    return this.outputs.evaluate(state === null ? this.#stateKind.evaluator.evaluate(null, at) : state.evaluate(at));
  }

  #planLayout(parts: WindowLayout['parts'], heldMs: number): WindowLayout {
    const { changes, definition } = this.source;
    const marks: EntryMark[] = [];
    if (changes !== null && this.log === 'rekeyed') marks.push('origin');
    if (definition.availableAt !== undefined) marks.push('available-at');
    return {
      columns: this.inputColumns.map(({ kind, features }) => {
        const needs = features.map(({ aggregation }) => aggregationKind(aggregation).needs);
        return {
          kind,
          summed: needs.some(({ summed }) => summed),
          lowest: needs.some(({ lowest }) => lowest),
          highest: needs.some(({ highest }) => highest),
        };
      }),
      parts,
      marks,
      corrected: changes !== null,
      numberColumns: this.inputColumns.filter(({ kind }) => kind === 'number').length,
      heldMs,
      retentionMs: this.retentionMs,
      allowedLatenessMs: this.allowedLatenessMs,
      keepsEmptyEntries: this.windowed.some(({ column, range }) => column === -1 || range.gapMs !== undefined),
      fingerprint: fingerprintOf(canonicalJson(this.definition)),
    };
  }
}
