import type { Definitions } from '../definitions/definition.ts';
import { compile } from '../plans/compile.ts';
import { isInvalid } from '../plans/row.ts';
import type { ServicePlan } from '../plans/service-plan.ts';
import type { VectorValues } from '../plans/values.ts';
import { EventLedger } from '../windows/event-ledger.ts';
import type { EntityState } from '../windows/entity-state.ts';
import { originOf } from '../windows/origin.ts';
import type { NaiveEvent } from './naive-view.ts';
import type { RandomEvent } from './random-definitions.ts';
import { stateBytes } from './state-bytes.ts';

/** For tests: what the features service does with a stream, without its servers; the second view's log lags at random. */

export interface LoggedEvent extends NaiveEvent {
  readonly entity: string;
  readonly partition: number;
  readonly source: RandomEvent;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  endsAt?: number;
}

/** What takes back an event in a rekeyed log. */
interface LoggedRetraction {
  readonly of: LoggedEvent;
  readonly position: number;
  readonly sourceOffset: number;
}

export interface ServedVector extends VectorValues {
  readonly event: RandomEvent;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly entities: Readonly<Record<string, string>>;
  readonly cuts: readonly { readonly partition: number; readonly offset: number; readonly ownOffset: number }[];
}

export interface SimulatedRun {
  readonly service: ServicePlan;
  /** Per view, in log order: all that was accepted. */
  readonly logs: readonly (readonly LoggedEvent[])[];
  /** Per view, in log order: with what came too late for every view, which hindsight knows where the table of events has it. */
  readonly hindsightLogs: readonly (readonly LoggedEvent[])[];
  readonly retractions: readonly LoggedRetraction[];
  /** Everything that the table of events holds, repeats and late events as well. */
  readonly stored: readonly LoggedEvent[];
  readonly ledgerLatenessMs: number;
  readonly vectors: readonly ServedVector[];
}

const partitionOf = (key: string) => (key.codePointAt(key.length - 1) ?? 0) % 2;

/** `roll` gives whole numbers from 0 to 9. */
export function simulate(definitions: Definitions, events: readonly RandomEvent[], roll: () => number): SimulatedRun {
  const service = compile('svc@1', definitions);
  const states = service.views.map(() => new Map<string, EntityState>());
  const logs = service.views.map((): LoggedEvent[] => []);
  const pending = service.views.map((): SentRecord[] => []);
  const retractions: LoggedRetraction[] = [];
  /** By key of a change record: the event that each view has of the row. */
  const versions = new Map<string, LoggedEvent[]>();
  const hindsightLogs = service.views.map((): LoggedEvent[] => []);
  const stored: LoggedEvent[] = [];
  const vectors: ServedVector[] = [];
  const ledgers = new Map<string, EventLedger>();
  const ledgerLatenessMs = Math.max(
    service.source.allowedLatenessMs,
    ...service.views.map(({ plan }) => plan.allowedLatenessMs - plan.slackMs),
  );
  const newestOfId = new Map<string, number>();
  const offsets = new Map<string, number>();
  const nextOffset = (log: string) => {
    // Gaps, as compaction and other views' events leave them.
    const offset = (offsets.get(log) ?? -1) + 1 + (roll() === 0 ? 2 : 0);
    offsets.set(log, offset);
    return offset;
  };
  const stateOf = (view: number, key: string) => {
    const state = states[view]?.get(key) ?? service.views[view]?.plan.emptyState();
    if (state === undefined) throw new Error('no such view');
    states[view]?.set(key, state);
    return state;
  };
  for (const event of events) {
    const row = { ...event };
    const keys = service.keys(row);
    if (isInvalid(keys)) throw new Error(keys.message);
    const sourcePartition = partitionOf(event.card);
    const sourceOffset = nextOffset(`source ${sourcePartition}`);
    const ledger = ledgers.get(event.card) ?? EventLedger.empty();
    ledgers.set(event.card, ledger);
    const read = service.source.readEvent(row, event.time);
    if (isInvalid(read)) throw new Error(read.message);
    const { change } = read;
    const isDeletion = change?.op === 'delete';
    const ended = versions.get(change?.key ?? '') ?? [];
    const current: LoggedEvent[] = [];
    if (isDeletion) versions.delete(change.key);
    else if (change) versions.set(change.key, current);
    const identified = { id: event.id, eventTimeMs: event.time };
    const verdict = change ? 'accept' : ledger.judge(identified, ledgerLatenessMs);
    if (verdict !== 'too-late') ledger.record(identified, ledgerLatenessMs);
    const ofId = `${event.card} ${event.id}`;
    const sameMs = newestOfId.get(ofId) ?? Number.NEGATIVE_INFINITY;
    newestOfId.set(ofId, Math.max(sameMs, event.time));
    const own = ownLogged(service, event, { keys, sourcePartition, sourceOffset });
    stored.push(own);
    const isLateOnce = verdict === 'too-late' && sameMs < event.time - ledgerLatenessMs;
    if (!isDeletion && (verdict === 'accept' || isLateOnce)) hindsightLogs[0]?.push(own);
    if (verdict !== 'accept') continue;
    ended.forEach((earlier, view) => {
      const retracted = { timeMs: earlier.timeMs, origin: originOfLogged(earlier) };
      if (service.views[view]?.plan.log === 'source') {
        earlier.endsAt = sourceOffset;
        const position = sourceOffset;
        if (isDeletion)
          stateOf(view, earlier.entity).retract({ position, timeMs: earlier.timeMs, origin: earlier.position });
        return;
      }
      const position = nextOffset(`${service.views[view]?.plan.id} ${earlier.partition}`);
      earlier.endsAt = position;
      retractions.push({ of: earlier, position, sourceOffset });
      pending[view]?.push({
        entity: earlier.entity,
        sourcePartition,
        applyTo: (state) => state.retract({ position, ...retracted }),
      });
    });
    if (isDeletion) continue;
    const cuts: ServedVector['cuts'][number][] = [];
    const values = service.views.map(({ plan }, view) => {
      const key = keys[view] ?? '';
      const inputs = plan.inputs(row, event.time);
      if (isInvalid(inputs)) throw new Error(inputs.message);
      const partition = plan.log === 'source' ? sourcePartition : partitionOf(key);
      const position = plan.log === 'source' ? sourceOffset : nextOffset(`${plan.id} ${partition}`);
      const logged: LoggedEvent = plan.log === 'source' ? own : { ...own, position, inputs, entity: key, partition };
      current.push(logged);
      logs[view]?.push(logged);
      if (view > 0) hindsightLogs[view]?.push(logged);
      const earlier = plan.log === 'source' ? ended[view] : undefined;
      const replaces = earlier && { timeMs: earlier.timeMs, origin: earlier.position };
      const entry = { ...logged, origin: originOfLogged(logged), ...(replaces && { replaces }) };
      pending[view]?.push({ entity: key, sourcePartition, applyTo: (state) => state.apply(entry) });
      while (pending[view]?.length !== 0 && (plan.log === 'source' || roll() < 6)) {
        const next = pending[view]?.shift();
        if (next !== undefined) next.applyTo(stateOf(view, next.entity));
      }
      const owners = stateOf(view, key);
      cuts.push({ partition, offset: owners.applied, ownOffset: position });
      if (plan.log === 'source') return plan.evaluate(owners, { timeMs: event.time, position });
      // What this partition has sent counts, whether the log's owner has applied it or not.
      const state = plan.decodeState(stateBytes(owners));
      for (const sent of pending[view] ?? [])
        if (sent.entity === key && sent.sourcePartition === sourcePartition) sent.applyTo(state);
      return plan.evaluate(state, { timeMs: event.time, position });
    });
    const vector = service.vector({ row, eventTimeMs: event.time, values });
    if (isInvalid(vector)) throw new Error(vector.message);
    vectors.push({ ...vector, event, sourcePartition, sourceOffset, entities: service.entities(keys), cuts });
  }
  return { service, logs, hindsightLogs, retractions, stored, vectors, ledgerLatenessMs };
}

interface SentRecord {
  readonly entity: string;
  readonly sourcePartition: number;
  applyTo(state: EntityState): unknown;
}

function originOfLogged({ sourcePartition: partition, sourceOffset: offset }: LoggedEvent): number {
  return originOf({ partition, offset });
}

/** The event in the log of the source's own view, which is the source's topic. */
function ownLogged(
  service: ServicePlan,
  event: RandomEvent,
  place: { readonly keys: readonly string[]; readonly sourcePartition: number; readonly sourceOffset: number },
): LoggedEvent {
  const { keys, sourcePartition, sourceOffset } = place;
  const inputs = service.views[0]?.plan.inputs({ ...event }, event.time);
  if (inputs === undefined || isInvalid(inputs)) throw new Error('the event does not fit its view');
  return {
    timeMs: event.time,
    position: sourceOffset,
    inputs,
    entity: keys[0] ?? '',
    partition: sourcePartition,
    source: event,
    sourcePartition,
    sourceOffset,
  };
}
