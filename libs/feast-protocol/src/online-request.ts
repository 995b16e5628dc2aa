import { FeastError } from './feast-error.ts';

/** The body of `POST /get-online-features`. */
export interface OnlineRequest {
  /** Columns of equal length: keys of entities, and what on-demand features read of the request. */
  readonly entities: Readonly<Record<string, readonly unknown[]>>;
  readonly rows: number;
  /** Either a feature service or references. */
  readonly featureService?: string;
  readonly features: readonly string[];
  readonly fullFeatureNames: boolean;
  readonly versionMetadata: boolean;
}

/** @throws FeastError with what is wrong with the body. */
export function readOnlineRequest(body: unknown): OnlineRequest {
  const members = objectOf(body, 'the body');
  const entities = readColumns(members['entities'], 'entities');
  const featureService = members['feature_service'] ?? undefined;
  if (featureService !== undefined && typeof featureService !== 'string') {
    throw refused(`feature_service: ${shown(featureService)} is not a text`);
  }
  const features = members['features'] ?? [];
  if (!isTexts(features)) throw refused(`features: ${shown(features)} is not a list of texts`);
  const named = featureService !== undefined && featureService !== '';
  if (!named && features.length === 0) {
    throw new FeastError('FEAST_REQUEST_INVALID', 'neither features nor a feature_service: nothing is asked for');
  }
  return {
    entities,
    rows: rowsOf(entities, 'entities'),
    ...(named && { featureService }),
    features: named ? [] : features,
    fullFeatureNames: readFlag(members, 'full_feature_names'),
    versionMetadata: readFlag(members, 'include_feature_view_version_metadata'),
  };
}

/** The object that a body must be. */
export function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(`${where}: ${shown(value)} is not an object`);
}

/** A data frame as Feast sends it: a list a column. */
export function readColumns(value: unknown, where: string): Readonly<Record<string, readonly unknown[]>> {
  const columns = objectOf(value, where);
  for (const [name, column] of Object.entries(columns)) {
    if (!Array.isArray(column)) throw refused(`${where}.${name}: ${shown(column)} is not a list`);
  }
  return columns as Record<string, unknown[]>;
}

/** How many rows the columns have. @throws FeastError when they differ, or there is none. */
export function rowsOf(columns: Readonly<Record<string, readonly unknown[]>>, where: string): number {
  const [first, ...others] = Object.entries(columns);
  if (first === undefined) throw new FeastError('FEAST_REQUEST_INVALID', `${where}: there are no columns`);
  const [name, { length }] = first;
  const other = others.find(([, column]) => column.length !== length);
  if (other) {
    throw new FeastError(
      'FEAST_REQUEST_INVALID',
      `${where}: column "${name}" has ${length} rows, "${other[0]}" has ${other[1].length}`,
    );
  }
  if (length === 0) throw new FeastError('FEAST_REQUEST_INVALID', `${where}: the columns have no rows`);
  return length;
}

function readFlag(members: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = members[name] ?? false;
  if (typeof value !== 'boolean') throw refused(`${name}: ${shown(value)} is neither true nor false`);
  return value;
}

export function readText(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name];
  if (typeof value !== 'string') throw refused(`${name}: ${shown(value)} is not a text`);
  return value;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function refused(message: string): FeastError {
  return new FeastError('FEAST_BODY_REFUSED', message);
}

/** Short enough for a message, whatever it is. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
