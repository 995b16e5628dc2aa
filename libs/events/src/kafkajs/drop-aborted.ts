/** A batch or a record of an old format, as far as transactions go. */
export interface TransactionalMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean };
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Control records: version and type, 0 for an abort. */
const abortType = 0;

/**
 * What is left of a fetch without aborted transactions. In place of kafkajs's own, which takes one transaction off the
 * list for each message: of several that began before the fetch, all but the first would be let through with batches.
 *
 * Ref: https://kafka.apache.org/documentation/#controlbatch
 */
export function dropAborted<T extends TransactionalMessage>({
  messages,
  abortedTransactions,
}: {
  readonly messages: readonly T[];
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
}): readonly T[] {
  if (!abortedTransactions?.length) return messages;
  const waiting = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
    .sort((a, b) => a.firstOffset - b.firstOffset);
  const aborted = new Set<string>();
  return messages.filter((message) => {
    for (let next = waiting[0]; next && next.firstOffset <= Number(message.offset); next = waiting[0]) {
      aborted.add(next.producerId);
      waiting.shift();
    }
    const { batchContext } = message;
    if (!batchContext) return true;
    if (message.isControlRecord === true) {
      if (message.key !== null && message.key.length >= 4 && message.key.readInt16BE(2) === abortType)
        aborted.delete(batchContext.producerId);
      return true;
    }
    return !(batchContext.inTransaction && aborted.has(batchContext.producerId));
  });
}
