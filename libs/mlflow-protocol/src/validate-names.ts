import { invalidParameter } from './mlflow-error.ts';

const keyPattern = /^[\p{L}\p{N}_\-./: ]+$/u;
const maxKeyLength = 250;

/** Metric, param and tag keys: word characters, `_ - . / :` and space, and a path that is its own normal form. */
export function checkEntityKey(key: string, path: string): void {
  if (key.length > maxKeyLength) {
    throw invalidParameter(
      `'${key.slice(0, 60)}…' exceeds the maximum length of ${maxKeyLength} characters for parameter '${path}'`,
    );
  }
  if (!keyPattern.test(key)) {
    throw invalidParameter(
      `Invalid value ${JSON.stringify(key)} for parameter '${path}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  }
  const parts = key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw invalidParameter(
      `Invalid value ${JSON.stringify(key)} for parameter '${path}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such.`,
    );
  }
}

export function checkLength(value: string, { path, max }: { path: string; max: number }): void {
  if (value.length > max) {
    throw invalidParameter(`'${path}' exceeds the maximum length of ${max} characters; it has ${value.length}`);
  }
}

export function checkRunId(runId: string, path = 'run_id'): void {
  if (!/^[A-Za-z0-9][\w-]{0,255}$/.test(runId))
    throw invalidParameter(`Invalid value ${JSON.stringify(runId)} for parameter '${path}' supplied: Invalid run ID`);
}

export function checkExperimentId(id: string): void {
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(id)) {
    throw invalidParameter(
      `Invalid value ${JSON.stringify(id)} for parameter 'experiment_id' supplied: Invalid experiment ID`,
    );
  }
}
