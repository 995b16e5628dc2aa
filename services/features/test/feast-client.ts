import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

/** A value, its type in Python, and its status. */
type Cell = readonly [value: unknown, type: string, status: string];
type Read = Readonly<Record<string, readonly Cell[]>>;
/** Class, whether it is one of Feast's own, and text; null when nothing was raised. */
type Raised = readonly [name: string, isFeastError: boolean, text: string] | null;

/** What `python/feast_client.py` tells. */
export interface FeastClientReport {
  readonly references: Read;
  readonly service: Read;
  readonly errors: Readonly<Record<string, Raised>>;
  readonly [told: string]: unknown;
}

/** Runs the stock SDK against the addresses of HTTP and of the registry's gRPC. */
export async function runFeastClient(
  { http, grpc }: { readonly http: string; readonly grpc: string },
  env: NodeJS.ProcessEnv,
): Promise<FeastClientReport> {
  const python = env['MILLRACE_PYTHON_FEAST'];
  if (python === undefined) throw new Error('MILLRACE_PYTHON_FEAST is not set: run "npm test" once, which makes it');
  const script = fileURLToPath(new URL('python/feast_client.py', import.meta.url));
  // Feast sends usage statistics to its makers unless told not to.
  const told = await promisify(execFile)(python, ['-W', 'ignore', script, http, grpc], {
    env: { ...process.env, FEAST_USAGE: 'False' },
  });
  return JSON.parse(told.stdout) as FeastClientReport;
}
