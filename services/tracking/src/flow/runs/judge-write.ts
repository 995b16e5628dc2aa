import type { RunEvent } from '@millrace/schemas';
import type { RunFact } from './run-facts.ts';
import { purgedStage, type RunHead } from './run-head.ts';

/** What of a write its acceptance depends on. */
export interface Proposal {
  readonly creates: boolean;
  readonly changesLifecycle: boolean;
  /** Takes away for ever what is deleted already. */
  readonly purges: boolean;
  readonly params: readonly { readonly key: string; readonly value: string }[];
  readonly requestId: string | null;
  /** The write was made from the value of a tag, and counts only while that is the last one. */
  readonly follows: TagPlace | null;
}

interface TagPlace {
  readonly tag: string;
  /** Of the write that set it last, -1 for none. */
  readonly offset: number;
}

/** The attribute in which a write says which value of a tag it was made from. */
const followsAttribute = 'follows_tag';

/** To be put among the attributes of such a write. */
export function following(head: RunHead, tag: string): Readonly<Record<string, string>> {
  return { [followsAttribute]: `${head.tagOffset(tag)} ${tag}` };
}

export interface ParamConflict {
  readonly key: string;
  readonly held: string;
  readonly offered: string;
}

export type Refusal =
  | { readonly is: 'unknown' }
  | { readonly is: 'deleted' }
  /** A purge of what is not deleted. */
  | { readonly is: 'not-deleted' }
  /** A creation under the id of what was purged. */
  | { readonly is: 'purged' }
  /** The run was created before, by the same request (`repeated`) or by another. */
  | { readonly is: 'exists' | 'repeated' }
  /** Made from a value of a tag that another write has replaced. */
  | { readonly is: 'outdated'; readonly tag: string }
  | { readonly is: 'param-conflict'; readonly conflicts: readonly ParamConflict[] };

/**
 * Whether a write counts, given all that count before it; null when it does. Every instance asks this of every write in
 * the order of the log and so comes to the same answer.
 */
export function judge(head: RunHead, proposal: Proposal): Refusal | null {
  if (proposal.creates) {
    if (head.isPurged) return { is: 'purged' };
    if (!head.exists) return null;
    const isRepeat = proposal.requestId !== null && proposal.requestId === head.attribute('request_id');
    return { is: isRepeat ? 'repeated' : 'exists' };
  }
  if (!head.exists) return { is: 'unknown' };
  if (proposal.purges && !head.isDeleted) return { is: 'not-deleted' };
  if (head.isDeleted && !proposal.changesLifecycle) return { is: 'deleted' };
  const { follows } = proposal;
  if (follows !== null && head.tagOffset(follows.tag) !== follows.offset) return { is: 'outdated', tag: follows.tag };
  const conflicts = proposal.params.flatMap(({ key, value }) => {
    const held = head.param(key);
    return held === undefined || held.text === value ? [] : [{ key, held: held.text, offered: value }];
  });
  return conflicts.length === 0 ? null : { is: 'param-conflict', conflicts };
}

export function proposalOf(event: Pick<RunEvent, 'type' | 'attributes' | 'params' | 'requestId'>): Proposal {
  return {
    creates: event.type === 'created',
    changesLifecycle: 'lifecycle_stage' in event.attributes,
    purges: event.attributes['lifecycle_stage'] === purgedStage,
    params: event.params,
    requestId: event.requestId,
    follows: tagPlaceOf(event.attributes[followsAttribute]),
  };
}

/** The same from what history keeps of one write. */
export function proposalOfFacts(facts: readonly RunFact[]): Proposal {
  const attribute = (name: string) => facts.find(({ kind, key }) => kind === 'attribute' && key === name);
  return {
    creates: attribute('created_time') !== undefined,
    changesLifecycle: attribute('lifecycle_stage') !== undefined,
    purges: attribute('lifecycle_stage')?.text === purgedStage,
    params: facts.filter(({ kind }) => kind === 'param').map(({ key, text }) => ({ key, value: text })),
    requestId: attribute('request_id')?.text ?? null,
    follows: tagPlaceOf(attribute(followsAttribute)?.text),
  };
}

function tagPlaceOf(text: string | undefined): TagPlace | null {
  // Of nearly all writes: this is asked of each.
  if (text === undefined) return null;
  const [, offset, tag] = /^(-?\d+) (.+)$/s.exec(text) ?? [];
  return offset === undefined || tag === undefined ? null : { tag, offset: Number(offset) };
}
