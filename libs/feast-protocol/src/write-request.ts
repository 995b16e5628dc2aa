import { FeastError } from './feast-error.ts';
import { objectOf, readColumns, readText, rowsOf, shown } from './online-request.ts';

/** A data frame: columns of equal length. */
export interface Frame {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly rows: number;
}

/** The body of `POST /push`. */
export interface PushRequest extends Frame {
  readonly pushSource: string;
}

/** The body of `POST /write-to-online-store`. */
export interface WriteRequest extends Frame {
  readonly featureView: string;
}

/** Feast's places for what is pushed; with us all of them are the one log that both stores are made from. */
const places = ['online', 'offline', 'online_and_offline'];

/** @throws FeastError with what is wrong with the body. */
export function readPushRequest(body: unknown): PushRequest {
  const members = objectOf(body, 'the body');
  const to = members['to'] ?? 'online';
  if (typeof to !== 'string' || !places.includes(to)) {
    throw new FeastError('FEAST_REQUEST_INVALID', `to: ${shown(to)} is none of ${places.join(', ')}`);
  }
  return { pushSource: readText(members, 'push_source_name'), ...readFrame(members) };
}

/** @throws FeastError with what is wrong with the body. */
export function readWriteRequest(body: unknown): WriteRequest {
  const members = objectOf(body, 'the body');
  return { featureView: readText(members, 'feature_view_name'), ...readFrame(members) };
}

function readFrame(members: Readonly<Record<string, unknown>>): Frame {
  const columns = readColumns(members['df'], 'df');
  return { columns, rows: rowsOf(columns, 'df') };
}
