import { EventsError } from '../errors.ts';
import { checkPosition, lastHashOffset, repartitioned } from './check-position.ts';
import type { LastHash } from './check-position.ts';
import { decodeFence } from './fence.ts';
import type { Fence } from './fence.ts';
import type { TopicState } from './group-member.ts';
import type { PartitionId, StartPosition } from './partition-handler.ts';
import { Watermarks } from './watermarks.ts';

/** A topic as a group finds it at assignment. */
export interface TopicPlan {
  readonly topic: string;
  readonly generation: number;
  readonly state: TopicState;
  /** By partition: what was committed in this generation, null for a newcomer. */
  readonly fences: readonly (Fence | null)[];
  /** By partition: watermarks of any generation. They concern the records' identities, not this log's positions. */
  readonly watermarks: readonly Watermarks[];
}

/** Which generation counts and what of the committed belongs to it; a repartitioned topic is an error. */
export function planTopic(topic: string, state: TopicState, wantedGeneration: number): TopicPlan {
  const all = state.committed.map((committed) =>
    committed === null ? null : fenceOf(committed.offset, committed.metadata, state.partitions),
  );
  const generation = Math.max(wantedGeneration, ...all.map((fence) => fence?.generation ?? 0));
  const fences = all.map((fence) => (fence?.generation === generation ? fence : null));
  for (const [partition, fence] of fences.entries()) {
    if (fence === null || fence.partitions === state.partitions) continue;
    const fault = checkPosition({
      topic,
      partition,
      fence,
      partitions: state.partitions,
      beginOffset: 0,
      endOffset: fence.nextOffset,
      lastHashNow: { kind: 'unknown' },
    });
    if (fault !== null) throw fault;
  }
  return { topic, generation, state, fences, watermarks: all.map((fence) => fence?.watermarks ?? Watermarks.empty()) };
}

/** Metadata that is not ours says nothing about the log: the offset alone counts. */
function fenceOf(offset: number, metadata: string | null, partitions: number): Fence {
  return (
    decodeFence(offset, metadata) ?? {
      nextOffset: offset,
      generation: 0,
      partitions,
      lastHash: '',
      watermarks: Watermarks.empty(),
    }
  );
}

export interface PartitionPlan {
  readonly committed: Fence | null;
  readonly beginOffset: number;
  readonly endOffset: number;
}

/** Checks that the log is still the one that was read. `lastHashAt` looks a record up. */
export async function planPartition(
  { topic, partition }: PartitionId,
  plan: TopicPlan,
  lastHashAt: (offset: number) => Promise<LastHash>,
): Promise<PartitionPlan> {
  const { state } = plan;
  const beginOffset = state.beginOffsets[partition] ?? 0;
  const endOffset = state.endOffsets[partition] ?? 0;
  const committed = plan.fences[partition] ?? null;
  if (committed === null) return { committed, beginOffset, endOffset };
  const witness = lastHashOffset(committed.lastHash);
  const canLook = witness !== null && witness >= beginOffset && witness < endOffset;
  const fault = checkPosition({
    topic,
    partition,
    partitions: state.partitions,
    beginOffset,
    endOffset,
    fence: committed,
    lastHashNow: canLook ? await lastHashAt(witness) : { kind: 'unknown' },
  });
  if (fault !== null) throw fault;
  return { committed, beginOffset, endOffset };
}

/** The fence that a partition really starts from, when the handler's own store may know better than the commit. */
export function startFence(place: PartitionId, plan: TopicPlan, partition: PartitionPlan, own: StartPosition): Fence {
  const { committed, beginOffset, endOffset } = partition;
  const nextOffset = own.startAt ?? committed?.nextOffset ?? beginOffset;
  const where = `topic "${place.topic}" partition ${place.partition}`;
  const { partitions } = plan.state;
  if (own.partitions !== undefined && own.partitions !== partitions)
    throw repartitioned(place.topic, partitions, own.partitions);
  if (nextOffset > endOffset)
    throw new EventsError(
      'EVENTS_SOURCE_TRUNCATED',
      `${where} ends at ${endOffset}, before position ${nextOffset} of the consumer's own store. Resume the source with a new generation.`,
    );
  if (own.startAt !== undefined && nextOffset < beginOffset)
    throw new EventsError(
      'EVENTS_SOURCE_EXPIRED',
      `${where} begins at ${beginOffset}, after position ${nextOffset} of the consumer's own store: records were removed before they were read. Resume the source with a new generation.`,
    );
  const behind = committed !== null && nextOffset < committed.nextOffset;
  const carried = plan.watermarks[place.partition] ?? Watermarks.empty();
  return {
    nextOffset,
    generation: plan.generation,
    partitions: plan.state.partitions,
    lastHash: committed?.lastHash ?? '',
    watermarks: own.watermarks ?? (behind ? Watermarks.empty() : carried),
    ...(committed?.intent === undefined || committed.intent <= nextOffset ? {} : { intent: committed.intent }),
    // It speaks of the committed position, and of no other.
    ...(committed?.note === undefined || nextOffset !== committed.nextOffset ? {} : { note: committed.note }),
  };
}
