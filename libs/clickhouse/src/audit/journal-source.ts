import { AuditLedger, EventsError, journalTopic, LogReader, StopSourceError } from '@millrace/events';
import type { AssignedPartition, AuditedCommand, Domain, EventBus, SourceRecord } from '@millrace/events';
import type { JournalCommand } from '@millrace/schemas';
import type { AuditChange } from './audit-entry.ts';
import type { AuditSource, DescribeBatch } from './audit-sink.ts';

export interface JournalSourceOptions<S, C extends { readonly type: string }> {
  /** Journal topic without the configured prefix. */
  readonly topic: string;
  readonly domain: Domain<S, C>;
  /** Gives the payload of a command as the trail may keep it, where commands hold what nobody else is to know. */
  readonly redact?: (payload: string) => string;
}

/**
 * A journal: before and after come from the domain's own fold, which is rebuilt from the journal's beginning at each
 * assignment, since the sink may stand elsewhere than the instance that serves.
 */
export function journalSource<S, C extends { readonly type: string }>(
  bus: EventBus,
  options: JournalSourceOptions<S, C>,
): AuditSource {
  return {
    topic: bus.topics.name(options.topic),
    open: async (assigned) => {
      const describing = new DescribedJournal(bus, options);
      await describing.catchUp(assigned);
      return describing.describe;
    },
  };
}

class DescribedJournal<S, C extends { readonly type: string }> {
  readonly #bus: EventBus;
  readonly #topic: string;
  readonly #redact: (payload: string) => string;
  readonly #ledger: AuditLedger<S, C>;
  /** Next offset to apply: a batch that comes again must not be applied again. */
  #applied = 0;
  #described = new Map<number, readonly AuditChange[]>();

  constructor(bus: EventBus, { topic, domain, redact = (payload) => payload }: JournalSourceOptions<S, C>) {
    this.#bus = bus;
    this.#topic = topic;
    this.#redact = redact;
    this.#ledger = new AuditLedger(domain);
  }

  async catchUp({ topic, beginOffset, committed }: AssignedPartition): Promise<void> {
    this.#applied = beginOffset;
    const stored = committed?.nextOffset ?? beginOffset;
    if (stored <= beginOffset) return;
    const log = new LogReader(this.#bus, { topic, partition: 0, startAt: beginOffset });
    try {
      while (log.position < stored) {
        const { records } = await log.poll();
        await this.#apply(records.filter(({ offset }) => offset < stored));
        this.#described.clear();
      }
    } finally {
      await log.close();
    }
  }

  readonly describe: DescribeBatch = async (records) => {
    const first = records[0]?.offset ?? 0;
    for (const offset of this.#described.keys()) if (offset < first) this.#described.delete(offset);
    await this.#apply(records);
    return records.map(({ offset }) => this.#described.get(offset) ?? []);
  };

  async #apply(records: readonly SourceRecord[]): Promise<void> {
    const results = await this.#bus.readerFor(journalTopic(this.#topic)).decodeBatch(records);
    for (const [index, { offset }] of records.entries()) {
      const result = results[index];
      if (result === undefined || offset < this.#applied) continue;
      if (!result.ok) throw new StopSourceError('EVENTS_JOURNAL_UNREADABLE', `offset ${offset}: ${result.message}`);
      this.#described.set(offset, changesOf(this.#audited(result.value, offset), result.value, this.#redact));
      this.#applied = offset + 1;
    }
  }

  /** A command that this version cannot apply is nobody's dead letter: the trail waits for the right version. */
  #audited(envelope: JournalCommand, offset: number): AuditedCommand<C> {
    try {
      return this.#ledger.apply(envelope, offset);
    } catch (error) {
      if (error instanceof EventsError) throw new StopSourceError(error.code, error.message, { cause: error });
      throw error;
    }
  }
}

function changesOf<C>(
  { outcome, changes }: AuditedCommand<C>,
  envelope: JournalCommand,
  redact: (payload: string) => string,
): AuditChange[] {
  const { applied, isFirst } = outcome;
  const { atMs, actor, requestId, type, payload } = envelope;
  return changes.map(({ kind, id, before, after }, item) => ({
    atMs,
    actor,
    requestId,
    command: type,
    subjectKind: kind,
    subjectId: id,
    outcome: applied.ok ? (isFirst ? 'accepted' : 'repeated') : 'refused',
    refusal: applied.ok ? '' : `${applied.code}: ${applied.message}`,
    // Once a command: what else it changed is told by what became of it.
    request: item === 0 ? redact(payload) : '',
    before: before === undefined ? '' : JSON.stringify(before),
    after: after === undefined ? '' : JSON.stringify(after),
  }));
}
