import type { z } from 'zod';
import { CodedError, type Fault } from './coded-error.ts';

/** The value as the schema reads it, or REQUEST_INVALID with every fault and its path. */
export function parseRequest<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = faultsOfIssues(parsed.error.issues);
  const first = faults[0];
  const where = first?.path ? `${first.path}: ` : '';
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw new CodedError('REQUEST_INVALID', `${where}${first?.message ?? 'not accepted'}${more}`, { faults });
}

export function faultsOfIssues(issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'is not known' }))
      : [{ path: pathText(issue.path), message: issue.message }],
  );
}

/** `['features', 0, 'window']` as `features[0].window`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}
