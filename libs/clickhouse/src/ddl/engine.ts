import { identifier } from '../identifiers.ts';

/** Whether tables are made on a cluster, and on which. */
export interface Clustered {
  readonly cluster: string | null;
}

/**
 * Deduplication by token is off by default on a MergeTree and lasts an hour on a replicated one; a sink that finishes its
 * range after a night must still be recognised. The windows count blocks of all writers of a table.
 */
export const TABLE_SETTINGS =
  'non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800';

export function onCluster({ cluster }: Clustered): string {
  return cluster === null ? '' : `ON CLUSTER ${identifier(cluster)}`;
}

export function tableEngine({ cluster }: Clustered): string {
  return cluster === null ? 'ReplacingMergeTree' : 'ReplicatedReplacingMergeTree';
}

/** For tables of which only the aggregate of equal keys counts, such that a repeated row changes nothing. */
export function aggregatingEngine({ cluster }: Clustered): string {
  return cluster === null ? 'AggregatingMergeTree' : 'ReplicatedAggregatingMergeTree';
}
