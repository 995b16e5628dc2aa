import type { ConsumerStatus } from '@millrace/events';
import type { HttpClient } from '../http-client.ts';

/** A source as the features service describes it. */
export interface SourceView {
  readonly name: string;
  readonly topic: string;
  readonly generation?: number;
  readonly featureServices: readonly string[];
  /** Why nothing reads it yet. */
  readonly waitingFor: string | null;
  /** In the instance that was asked; null where nothing needs the source. */
  readonly consumer: ConsumerStatus | null;
  /** Consumers of builds that catch up with the one that serves. */
  readonly building?: readonly ConsumerStatus[];
}

export async function listSources(http: HttpClient): Promise<readonly SourceView[]> {
  return ((await http.get('/api/v1/sources')) as { readonly items: readonly SourceView[] }).items;
}

export function sourceState({ waitingFor, consumer }: SourceView): string {
  if (waitingFor !== null) return `waiting: ${waitingFor}`;
  if (consumer === null) return 'not read by any view or service';
  if (consumer.stoppedBy) return `STOPPED ${consumer.stoppedBy.code}`;
  const blocked = consumer.partitions.find(({ blockedBy }) => blockedBy !== undefined);
  return blocked?.blockedBy === undefined ? consumer.state : `blocked: ${blocked.blockedBy}`;
}
