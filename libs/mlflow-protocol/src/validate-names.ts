import { invalidParameter } from './mlflow-error.ts';

const keyPattern = /^[\p{L}\p{N}_\-./: ]*$/u;
const maxKeyLength = 250;
const badCharacters =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).';

/** Metric, param and tag keys: word characters, `_ - . / :` and space, and a path that is its own normal form. */
export function checkEntityKey(key: string, path: string): void {
  checkKey(key, path);
  checkLength(key, { path, max: maxKeyLength });
}

/** As other keys, only that MLflow calls it a name in what it says of a key that is too long. */
export function checkMetricKey(key: string, path: string): void {
  checkKey(key, path);
  checkLength(key, { path: 'Metric name', max: maxKeyLength });
}

export function checkParamKey(key: string, path: string): void {
  checkKey(key, path);
  checkLength(key, { path: 'Param key', max: maxKeyLength });
}

function checkKey(key: string, path: string): void {
  if (!keyPattern.test(key)) throw invalidValue(key, path, badCharacters);
  checkNormal(key, path);
}

/** A name that is no path, or one that is its own normal form: `a/../b` is not, nor is `/a`. */
export function checkNormal(name: string, path: string): void {
  const normal = normalPath(name);
  if (normal === name && name !== '.' && !name.startsWith('..') && !name.startsWith('/')) return;
  throw invalidValue(
    name,
    path,
    `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
  );
}

/** The path without `.`, `..` and doubled slashes, as a file system would go it. */
export function normalPath(path: string): string {
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute) parts.push(part);
  }
  const joined = parts.join('/');
  return isAbsolute ? `/${joined}` : joined || '.';
}

function invalidValue(value: string, path: string, reason?: string): Error {
  const start = `Invalid value ${JSON.stringify(value)} for parameter '${path}' supplied`;
  return invalidParameter(reason === undefined ? `${start}.` : `${start}: ${reason}`);
}

export function checkLength(value: string, { path, max }: { path: string; max: number }): void {
  if (value.length > max && Array.from(value).length > max)
    throw invalidParameter(`'${path}' exceeds the maximum length of ${max} characters`);
}

/** A value cut to a length in characters, none of them in halves. */
export function cutTo(value: string, max: number): string {
  return value.length > max ? Array.from(value).slice(0, max).join('') : value;
}

export function checkRunId(runId: string, path = 'run_id'): void {
  if (!/^[A-Za-z0-9][\p{L}\p{N}_-]{0,255}$/u.test(runId)) throw invalidValue(runId, path);
}

/** Ids of experiments are numbers. */
export function checkExperimentId(id: string): void {
  if (!/^\s*[+-]?\d+\s*$/.test(id)) {
    throw invalidParameter(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  }
}
