import type { z } from 'zod';
import { invalidParameter, MlflowError } from './mlflow-error.ts';

/**
 * What a request says, read by a schema of the raw JSON. Refusals use MLflow's words: "Missing value for required
 * parameter 'x'", "Invalid value 123 for parameter 'metrics[0].key' supplied".
 */
export function readRequest<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const request = asObject(raw);
  const parsed = schema.safeParse(request, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw invalidParameter(wordsOf(parsed.error.issues, request));
}

/** An absent body means no fields; very old clients encode the body twice. */
function asObject(raw: unknown): Record<string, unknown> {
  if (raw === undefined || raw === null || raw === '') return {};
  let value = raw;
  if (typeof raw === 'string') {
    try {
      value = JSON.parse(raw);
    } catch (cause) {
      throw new MlflowError('BAD_REQUEST', 'the body is not a JSON object', { cause });
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MlflowError('BAD_REQUEST', 'the body is not a JSON object');
  }
  return value as Record<string, unknown>;
}

function wordsOf(issues: readonly z.core.$ZodIssue[], request: unknown): string {
  const issue = issues[0];
  const path = pathOf(issue?.path ?? []);
  const value = valueAt(request, issue?.path ?? []);
  const more = ' See the API docs for more information about request parameters.';
  if (value === undefined || value === null || value === '')
    return `Missing value for required parameter '${path}'.${more}`;
  const says = issue?.code === 'custom' || issue?.code === 'too_big' || issue?.code === 'too_small';
  // MLflow begins a new sentence about the size of a page, and goes on about everything else.
  const own = says
    ? `${issue.message.startsWith('It must') ? '.' : ':'} ${issue.message}${path === 'max_results' ? '.' : ''}`
    : '.';
  return `Invalid value ${shortJson(value)} for parameter '${path}' supplied${own}${more}`;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

const longestShown = 500;

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
