import { ClientError } from '../client-error.ts';
import { HttpProblem } from '../http-client.ts';

/** Why one thing cannot be copied, in words. What concerns all of them, such as a server that is gone, is thrown on. */
export function refusalOf(error: unknown): string {
  if (error instanceof HttpProblem && error.status < 500 && error.status !== 401 && error.status !== 429) {
    return error.message;
  }
  // A server fails at one file or run and answers for the others.
  if (error instanceof HttpProblem && error.status === 500) return error.message;
  if (error instanceof ClientError && error.code === 'CLIENT_IMPORT_FILE_BROKEN') return error.message;
  throw error;
}
