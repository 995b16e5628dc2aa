import { lastHashOffset } from './check-position.ts';
import type { LastHash } from './check-position.ts';
import type { TopicState } from './group-member.ts';
import type { PartitionId } from './partition-handler.ts';
import { planTopic } from './plan-start.ts';
import type { TopicPlan } from './plan-start.ts';
import { offsetsGone } from './source-witnesses.ts';
import type { SourceWitness } from './source-witnesses.ts';

/** What the broker and the group's witnesses say of a topic. */
export interface TopicEvidence {
  topicState(topic: string): Promise<TopicState>;
  lastHashAt(place: PartitionId, offset: number): Promise<LastHash>;
  /** That the group has read the topic before. */
  witness(topic: string): Promise<SourceWitness | null>;
}

/**
 * Plans a topic, unless it looks new to a group that has read it. A witness is written after the commit that it stands for: another
 * member may have done both since the offsets were asked for, so they are asked for again before anything is held against the topic.
 */
export async function planWitnessed(topic: string, wanted: number, evidence: TopicEvidence): Promise<TopicPlan> {
  const before = await evidence.topicState(topic);
  if (isCommitted(before)) return planTopic(topic, before, wanted);
  const witness = await evidence.witness(topic);
  if (witness === null || witness.generation < wanted) return planTopic(topic, before, wanted);
  const state = await evidence.topicState(topic);
  if (isCommitted(state)) return planTopic(topic, state, wanted);
  const { partition, lastHash } = witness;
  const offset = lastHashOffset(lastHash);
  const isHeld =
    offset !== null && offset >= (state.beginOffsets[partition] ?? 0) && offset < (state.endOffsets[partition] ?? 0);
  const now = isHeld ? await evidence.lastHashAt({ topic, partition }, offset) : null;
  throw offsetsGone(topic, witness, now?.kind === 'same-place' ? now.lastHash : null);
}

function isCommitted({ committed }: TopicState): boolean {
  return committed.some((each) => each !== null);
}
