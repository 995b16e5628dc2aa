import { chainEntry, hashOfValue } from './audit-entry.ts';
import type { AuditEntry, ChainedEntry } from './audit-entry.ts';

export const valueAt = (offset: number): Buffer => Buffer.from(`record ${offset}`);

export function anEntry(own: Partial<AuditEntry>): AuditEntry {
  const offset = own.offset ?? 0;
  return {
    topic: 'registry.journal',
    generation: 1,
    partition: 0,
    offset,
    item: 0,
    atMs: 1000,
    actor: 'ada',
    requestId: `r${offset}`,
    command: 'set-alias',
    subjectKind: 'alias',
    subjectId: 'fraud/champion',
    outcome: 'accepted',
    refusal: '',
    request: '',
    before: 'null',
    after: `{"version":${offset}}`,
    valueHash: hashOfValue(valueAt(offset)),
    ...own,
  };
}

/** One entry a record, two for those whose offset is divisible by three. */
export function aChain(offsets: readonly number[]): ChainedEntry[] {
  const chain: ChainedEntry[] = [];
  for (const offset of offsets) {
    for (const item of offset % 3 === 0 ? [0, 1] : [0])
      chain.push(chainEntry(anEntry({ offset, item }), chain.at(-1)?.hash ?? ''));
  }
  return chain;
}
