import { eventId } from '@millrace/events';
import { isInvalid, originOf, type ViewValues, type EntityState } from '@millrace/feature-engine';
import type { Cut, FeatureVector } from '@millrace/schemas';
import type { Candidate } from './read-candidates.ts';
import { retractedOf } from './row-versions.ts';
import type { PlannedService, SourceBlueprint, ServiceView, ViewLog } from './source-blueprint.ts';

/** The state of an entity in a view that this partition does not own, with what the vector may count beyond it. */
export interface BorrowedState {
  /** A private copy: events are applied to it as if its owner had done so. */
  readonly state: EntityState;
  /** Partition of the view's log. */
  readonly partition: number;
  /** Last position that the owner had applied. */
  readonly cut: number;
}

/** Where the own event went in a sibling's log; null when it is there already, at a position no longer known. */
export type OwnPosition = number | null;

/** What building vectors needs of the world around a batch. */
export interface VectorSurroundings {
  readonly generation: number;
  readonly computedAtMs: number;
  /** False for events before the feature service took effect. */
  readonly isActive: (service: PlannedService, offset: number) => boolean;
  /** State of one of the owner's views, to be changed. */
  readonly ownState: (log: ViewLog, entity: string) => EntityState;
  /** State of a view that the own event is not part of; never changed. */
  readonly foreign: (log: ViewLog, entity: string) => BorrowedState;
  /** State of a rekeyed view with what this partition sent before `before` already counted; own events are applied to it. */
  readonly sibling: (log: ViewLog, entity: string, before: number) => BorrowedState;
  /** Position, in the j-th rekeyed view's log, of what takes back the version that the i-th accepted event ends. */
  readonly endPosition: (event: number, view: number) => OwnPosition;
  /** Position that the i-th accepted event got in the j-th rekeyed view's log. */
  readonly ownPosition: (event: number, view: number) => OwnPosition;
}

export interface BuiltVectors {
  /** In source order within each lane. */
  readonly vectors: readonly FeatureVector[];
  /** Lanes that an event gave no vector for want of a key, one entry an event. */
  readonly withoutKey: readonly string[];
  /** Events that came too late for one view while others took them. */
  readonly skippedLate: number;
}

/** Applies a batch to the owner's states, event by event, and evaluates every feature service as of each event. */
export function buildVectors(
  blueprint: SourceBlueprint,
  accepted: readonly Candidate[],
  around: VectorSurroundings,
): BuiltVectors {
  const vectors: FeatureVector[] = [];
  const withoutKey: string[] = [];
  let skippedLate = 0;
  accepted.forEach((candidate, index) => {
    const { event, record } = candidate;
    const replaces = candidate.ended && retractedOf(candidate.ended);
    blueprint.ownViews.forEach((log, i) => {
      const inputs = candidate.ownInputs[i];
      if (event.entity === null) return;
      const place = { timeMs: event.eventTimeMs, position: record.offset };
      if (!inputs) {
        if (replaces) around.ownState(log, event.entity).retract({ ...replaces, position: record.offset });
        return;
      }
      const applied = around.ownState(log, event.entity).apply({ ...place, inputs, ...(replaces && { replaces }) });
      if (applied === 'too-late') skippedLate += 1;
    });
    endInSiblings(blueprint, candidate, { index, around });
    const siblings = applyToSiblings(blueprint, candidate, { index, around });
    if (event.change?.op === 'delete') return;
    blueprint.services.forEach((service, i) => {
      if (!around.isActive(service, record.offset)) return;
      const keys = candidate.serviceKeys[i] ?? null;
      if (keys === null) withoutKey.push(service.plan.id);
      else vectors.push(vectorOf(service, candidate, { keys, siblings, around }));
    });
  });
  return { vectors, withoutKey, skippedLate };
}

/** Own position in each rekeyed view, after the own event was counted in the borrowed state. */
type Siblings = ReadonlyMap<string, number>;

/** The version that the event ends, in the states of those it was sent to. */
function endInSiblings(
  { rekeyedViews, siblingViews: read }: SourceBlueprint,
  { record, ended }: Candidate,
  { index, around }: { readonly index: number; readonly around: VectorSurroundings },
): void {
  if (!ended) return;
  rekeyedViews.forEach((log, j) => {
    const entity = ended.entities[log.view.id];
    const position = around.endPosition(index, j);
    if (entity === undefined || position === null || !read.has(log.view.id)) return;
    const origin = originOf({ partition: record.partition, offset: ended.offset });
    around.sibling(log, entity, position).state.retract({ timeMs: ended.timeMs, origin, position });
  });
}

function applyToSiblings(
  { rekeyedViews, siblingViews: read }: SourceBlueprint,
  { event, rekeyed, record }: Candidate,
  { index, around }: { readonly index: number; readonly around: VectorSurroundings },
): Siblings {
  const positions = new Map<string, number>();
  rekeyedViews.forEach((log, j) => {
    const own = rekeyed[j];
    if (!own || !read.has(log.view.id)) return;
    const position = around.ownPosition(index, j);
    const borrowed = around.sibling(log, own.entity, position ?? 0);
    const { inputs } = own;
    const origin = originOf(record);
    if (position !== null) borrowed.state.apply({ timeMs: event.eventTimeMs, position, inputs, origin });
    // Sent before a restart: the state holds it. Of equal times all that the state holds count.
    positions.set(log.view.id, position ?? borrowed.cut);
  });
  return positions;
}

function vectorOf(
  { plan, views, builds }: PlannedService,
  { record, row, event }: Candidate,
  {
    keys,
    siblings,
    around,
  }: { readonly keys: readonly string[]; readonly siblings: Siblings; readonly around: VectorSurroundings },
): FeatureVector {
  const evaluated = views.map((view, i) =>
    evaluate(view, {
      key: keys[i] ?? '',
      timeMs: event.eventTimeMs,
      offset: record.offset,
      partition: record.partition,
      siblings,
      around,
    }),
  );
  const values = plan.vector({ row, eventTimeMs: event.eventTimeMs, values: evaluated.map(({ values }) => values) });
  // By now the event counts in states: what a vector needs of the row was read before.
  if (isInvalid(values)) throw new RangeError(`${values.message} was not refused when the record was read`);
  const identity = {
    lane: plan.id,
    sourceTopic: record.topic,
    generation: around.generation,
    sourcePartition: record.partition,
    sourceOffset: record.offset,
  };
  return {
    eventId: eventId(identity),
    ...identity,
    featureService: plan.name,
    featureServiceVersion: plan.version,
    sourceEventId: event.id,
    entities: plan.entities(keys),
    eventTimeMs: event.eventTimeMs,
    sourceTimestampMs: record.timestampMs,
    numbers: values.numbers,
    strings: values.strings,
    cuts: evaluated.map(({ cut }) => cut),
    builds,
    behind: [],
    computedAtMs: around.computedAtMs,
  };
}

interface Evaluation {
  readonly key: string;
  readonly timeMs: number;
  readonly offset: number;
  readonly partition: number;
  readonly siblings: Siblings;
  readonly around: VectorSurroundings;
}

function evaluate({ log, relation }: ServiceView, at: Evaluation): { readonly values: ViewValues; readonly cut: Cut } {
  const { timeMs, offset } = at;
  if (relation === 'own') {
    const values = log.view.evaluate(at.around.ownState(log, at.key), { timeMs, position: offset });
    return { values, cut: { partition: at.partition, offset, ownOffset: offset } };
  }
  if (relation === 'foreign') {
    const borrowed = at.around.foreign(log, at.key);
    const values = log.view.evaluate(borrowed.state, { timeMs });
    return { values, cut: { partition: borrowed.partition, offset: borrowed.cut, ownOffset: -1 } };
  }
  const borrowed = at.around.sibling(log, at.key, 0);
  const position = at.siblings.get(log.view.id) ?? borrowed.cut;
  const values = log.view.evaluate(borrowed.state, { timeMs, position });
  return { values, cut: { partition: borrowed.partition, offset: borrowed.cut, ownOffset: position } };
}
