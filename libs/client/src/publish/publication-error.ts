import { ClientError } from '../client-error.ts';
import type { PublishProgress } from './publish-options.ts';

/** Something ended a publication half-way: what is in the log stays there, and `progress` says where to go on. */
export class PublicationError extends ClientError {
  readonly progress: PublishProgress;

  constructor(cause: unknown, progress: PublishProgress) {
    const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : null;
    super(
      typeof code === 'string' ? code : 'CLIENT_PUBLICATION_FAILED',
      `${cause instanceof Error ? cause.message : String(cause)}\n${placeOf(progress)}`,
      { cause },
    );
    this.name = 'PublicationError';
    this.progress = progress;
  }
}

/** How far a publication surely came, and how the rest follows: of a batch that failed some partitions may have taken their part. */
export function placeOf({ events, outcomes, reachedMs, entries }: PublishProgress): string {
  const done = (events + outcomes).toLocaleString('en-US');
  if (reachedMs === null) return 'nothing was published';
  return `${done} of ${entries.toLocaleString('en-US')} events and outcomes are surely in the log, go on with --from ${new Date(reachedMs).toISOString()} (what happened at exactly that time comes again; a source with an id drops it)`;
}
