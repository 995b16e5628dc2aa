import { describe, expect, it } from 'vitest';
import type { TopicState } from './group-member.ts';
import { planWitnessed, type TopicEvidence } from './plan-witnessed.ts';

const untouched: TopicState = { partitions: 1, beginOffsets: [0], endOffsets: [5], committed: [null] };
const committed: TopicState = { ...untouched, committed: [{ offset: 3, metadata: null }] };
const witness = { generation: 0, partition: 0, lastHash: '2:abc' };

/** The states that the broker gives, one after the other, the last for good. */
function evidence(states: readonly TopicState[], more: Partial<TopicEvidence> = {}): TopicEvidence {
  let asked = 0;
  return {
    topicState: async () => states[Math.min(asked++, states.length - 1)] ?? untouched,
    lastHashAt: async () => ({ kind: 'same-place', lastHash: '2:abc' }),
    witness: async () => witness,
    ...more,
  };
}

describe('a topic without offsets', () => {
  it('is new to a group that never read it', async () => {
    const plan = await planWitnessed('t', 0, evidence([untouched], { witness: async () => null }));
    expect(plan.fences).toEqual([null]);
  });

  it('is not accused when another member committed and bore witness since the offsets were asked for', async () => {
    const plan = await planWitnessed('t', 0, evidence([untouched, committed]));
    expect(plan.fences[0]?.nextOffset).toBe(3);
    const nothingHandled = { ...witness, lastHash: '' };
    const first = evidence([untouched, committed], { witness: async () => nothingHandled });
    expect((await planWitnessed('t', 0, first)).fences[0]?.nextOffset).toBe(3);
  });

  it('has lost them when it still holds what the witness met there, and is another log otherwise', async () => {
    await expect(planWitnessed('t', 0, evidence([untouched]))).rejects.toMatchObject({
      code: 'EVENTS_SOURCE_OFFSETS_LOST',
    });
    const other = evidence([untouched], { lastHashAt: async () => ({ kind: 'absent' }) });
    await expect(planWitnessed('t', 0, other)).rejects.toMatchObject({ code: 'EVENTS_SOURCE_RECREATED' });
    const emptied = evidence([{ ...untouched, endOffsets: [0] }]);
    await expect(planWitnessed('t', 0, emptied)).rejects.toMatchObject({ code: 'EVENTS_SOURCE_RECREATED' });
  });

  it('is read in a new generation, whatever older ones have met', async () => {
    expect((await planWitnessed('t', 1, evidence([untouched]))).generation).toBe(1);
  });
});
