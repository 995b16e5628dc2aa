import type { DecodeResult, Poison, SourceRecord } from '@millrace/events';
import { isInvalid, type EntryInputs, type Invalid, type Row, type SourceEvent } from '@millrace/feature-engine';
import type { RowVersion } from './row-versions.ts';
import type { SourceBlueprint, ViewLog } from './source-blueprint.ts';

/** A record that is good in itself; whether it counts is decided against the state. */
export interface Candidate {
  readonly record: SourceRecord;
  readonly row: Row;
  readonly event: SourceEvent;
  /** One a view on the source's own key, in the blueprint's order. */
  readonly ownInputs: readonly EntryInputs[];
  /** One a rekeyed view; null where the event has no key for it. */
  readonly rekeyed: readonly (RekeyedInputs | null)[];
  /** Keys of the views of each feature service; null where the event lacks one, so that it gives that service no vector. */
  readonly serviceKeys: readonly (readonly string[] | null)[];
  /** The version of a table's row that this change takes back. */
  readonly ended?: RowVersion;
}

interface RekeyedInputs {
  readonly entity: string;
  readonly inputs: EntryInputs;
}

export interface ReadRecords {
  readonly candidates: readonly Candidate[];
  readonly poison: readonly Poison[];
}

export interface Refused {
  readonly invalid: Invalid['invalid'] | 'too-far-in-future' | 'wrong-partition' | 'record-too-large';
  readonly message: string;
}

/** Partition of a record key under the source's declared partitioner. */
export type Place = (key: Buffer) => number;

/** What a record is held against beside the definitions. */
export interface RecordRules {
  readonly place: Place;
  /** Largest value that a record may have. */
  readonly maxBytes: number;
}

/** What can be said of each record by itself: decoded, has its times and keys, every column fits. */
export function readCandidates(
  blueprint: SourceBlueprint,
  records: readonly SourceRecord[],
  decoded: readonly DecodeResult<Row>[],
  rules: RecordRules,
): ReadRecords {
  const candidates: Candidate[] = [];
  const poison: Poison[] = [];
  records.forEach((record, i) => {
    const result = decoded[i];
    if (!result) return;
    const candidate = result.ok
      ? readCandidate(blueprint, record, { row: result.value, rules })
      : readTombstone(blueprint, record, rules.place);
    if (candidate === null) {
      if (!result.ok) poison.push({ record, reason: result.reason, message: result.message });
    } else if ('invalid' in candidate) poison.push({ record, reason: candidate.invalid, message: candidate.message });
    else candidates.push(candidate);
  });
  return { candidates, poison };
}

/** A record without a value, where that says something; null where it does not, or the record has a value. */
function readTombstone(blueprint: SourceBlueprint, record: SourceRecord, place: Place): Candidate | Refused | null {
  if (record.value !== null) return null;
  const read = blueprint.source.readTombstone(record.key, record.timestampMs);
  if (read === null || 'invalid' in read) return read;
  return checkPlace(blueprint, read.event, { record, place }) ?? deletion(blueprint, record, read);
}

/** No view takes anything from a deletion, and no model scores it. */
function deletion(
  { rekeyedViews, services }: SourceBlueprint,
  record: SourceRecord,
  { row, event }: { readonly row: Row; readonly event: SourceEvent },
): Candidate {
  return {
    record,
    row,
    event,
    ownInputs: [],
    rekeyed: rekeyedViews.map(() => null),
    serviceKeys: services.map(() => null),
  };
}

/** Depends on the record and the definitions only. */
export function readCandidate(
  blueprint: SourceBlueprint,
  record: SourceRecord,
  { row: decoded, rules }: { readonly row: Row; readonly rules: RecordRules },
): Candidate | Refused {
  const tooLarge = checkSize(record, rules);
  if (tooLarge) return tooLarge;
  const read = blueprint.source.rowOf(decoded);
  if (isInvalid(read)) return read;
  const { row } = read;
  const event = blueprint.source.readEvent(row, record.timestampMs);
  if (isInvalid(event)) return event;
  const misplaced = checkPlace(blueprint, event, { record, place: rules.place });
  if (event.change?.op === 'delete') return misplaced ?? deletion(blueprint, record, { row, event });
  const refused = checkFuture(blueprint, event, record) ?? misplaced;
  if (refused) return refused;

  const ownInputs: EntryInputs[] = [];
  for (const { view } of blueprint.ownViews) {
    const inputs = view.inputs(row, event.eventTimeMs);
    if (isInvalid(inputs)) return inputs;
    ownInputs.push(inputs);
  }
  const rekeyed: (RekeyedInputs | null)[] = [];
  for (const log of blueprint.rekeyedViews) {
    const inputs = rekeyedInputs(log, row, event);
    if (inputs !== null && isInvalid(inputs)) return inputs;
    rekeyed.push(inputs);
  }
  const serviceKeys: (readonly string[] | null)[] = [];
  for (const { plan } of blueprint.services) {
    const fault = plan.faultOf(row);
    if (fault) return fault;
    const keys = plan.keys(row);
    serviceKeys.push(isInvalid(keys) ? null : keys);
  }
  const candidate = { record, row, event, ownInputs, rekeyed, serviceKeys };
  return isWanted(blueprint, candidate)
    ? candidate
    : { invalid: 'missing-entity', message: 'no column holds a key for any feature view or service of this source' };
}

/** Whether any view counts the event, or any feature service gives a vector for it. */
function isWanted({ ownViews }: SourceBlueprint, { event, rekeyed, serviceKeys }: Candidate): boolean {
  if (event.entity !== null && ownViews.length > 0) return true;
  return rekeyed.some((inputs) => inputs !== null) || serviceKeys.some((keys) => keys !== null);
}

/** An event without a key for one view is no event of that view; it may well be one of the others. */
function rekeyedInputs({ view }: ViewLog, row: Row, { eventTimeMs }: SourceEvent): RekeyedInputs | Invalid | null {
  const entity = view.key(row);
  if (typeof entity !== 'string') return null;
  const inputs = view.inputs(row, eventTimeMs);
  return isInvalid(inputs) ? inputs : { entity, inputs };
}

function checkSize({ value }: SourceRecord, { maxBytes }: RecordRules): Refused | undefined {
  const bytes = value?.length ?? 0;
  if (bytes <= maxBytes) return undefined;
  return {
    invalid: 'record-too-large',
    message: `the value has ${bytes} bytes, at most ${maxBytes} are taken: send less, or raise MILLRACE_FEATURES_MAX_RECORD_BYTES`,
  };
}

function checkFuture(
  { source }: SourceBlueprint,
  { eventTimeMs }: SourceEvent,
  { timestampMs }: SourceRecord,
): Refused | undefined {
  if (!source.tooFarInFuture(eventTimeMs, timestampMs)) return undefined;
  const [eventTime, timestamp] = [eventTimeMs, timestampMs].map((ms) => new Date(ms).toISOString());
  return {
    invalid: 'too-far-in-future',
    message: `event time ${eventTime} is more than ${source.definition.maxFuture} after the record's own timestamp ${timestamp}`,
  };
}

/** State lies where the declared partitioner says: an event elsewhere would be counted in another state. */
function checkPlace(
  { source, ownViews }: SourceBlueprint,
  { entity }: SourceEvent,
  { record, place }: { readonly record: SourceRecord; readonly place: Place },
): Refused | undefined {
  // Of a table's changes the one before has to be found as well, whichever views there are.
  if (entity === null || (ownViews.length === 0 && source.changes === null)) return undefined;
  const key = source.recordKey(entity);
  if (key === null) {
    return {
      invalid: 'wrong-partition',
      message: `entity "${entity}" cannot be a ${source.definition.keyEncoding} record key`,
    };
  }
  const wanted = place(key);
  if (wanted === record.partition) return undefined;
  return {
    invalid: 'wrong-partition',
    message: `entity "${entity}" is in partition ${record.partition}, the declared partitioner ${source.definition.partitioner} puts it in ${wanted}: declare the partitioner that the producer uses, or none`,
  };
}
