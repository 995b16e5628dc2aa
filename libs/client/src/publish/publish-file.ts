import type { EventBus } from '@millrace/events';
import { ColumnInference } from '../files/infer-columns.ts';
import { fileSize } from '../files/read-rows.ts';
import { EventTimeColumn } from './event-time.ts';
import { SeenColumns } from './field-names.ts';
import type { FileEntry } from './file-entries.ts';
import { openPublication, type Publication } from './open-publication.ts';
import { Pacer } from './pacer.ts';
import { placingOf } from './placing.ts';
import { PublicationError } from './publication-error.ts';
import type { PublishOptions, PublishResult } from './publish-options.ts';
import { newProgress, readInOrder, Stopped, type Reading } from './read-in-order.ts';
import { RecordSender } from './record-sender.ts';
import { topicFacts } from './topic-facts.ts';

/**
 * A file as a stream in event-time order; record timestamps are those of publishing. Resolves once all is in the log. What is wrong with
 * rows is an error before anything is published; a later one is a PublicationError, which says how far it came.
 */
export async function publishFile(bus: EventBus, options: PublishOptions): Promise<PublishResult> {
  const progress = newProgress(await fileSize(options.file));
  const placing = placingOf(options, options.sources ?? []);
  const facts = await topicFacts(bus, options);
  const reading: Reading = {
    facts,
    placing,
    faultsOf: facts.rowSchema === null ? () => '' : bus.codec.checker(facts.rowSchema),
    columns: new SeenColumns(),
    eventTime: new EventTimeColumn(options.eventTimeColumn, options.unit),
    inference: new ColumnInference(),
    progress,
    report: () => options.onProgress?.(progress),
  };
  const publication = await publishInOrder(bus, options, reading);
  return {
    ...progress,
    schemaFrom: publication?.schemaFrom ?? null,
    topicCreated: publication?.topicCreated ?? false,
    widened: publication?.widened ?? [],
    renamed: options.schema ? new Map<string, string>() : reading.columns.renamed,
    stopped: options.signal?.aborted === true,
  };
}

/** Null where there was nothing to publish. */
async function publishInOrder(bus: EventBus, options: PublishOptions, reading: Reading): Promise<Publication | null> {
  const { progress, report } = reading;
  const pacer = new Pacer(options.speed, () => Date.now());
  const sender = new RecordSender<TimedKind>({
    send: (records) => bus.producer().send(records),
    acknowledged: (of) => {
      for (const { kind } of of) progress[kind === 'event' ? 'events' : 'outcomes'] += 1;
      progress.reachedMs = of.at(-1)?.timeMs ?? progress.reachedMs;
      report();
    },
    resending: (count) => (progress.resent += count),
    ...(options.signal && { signal: options.signal }),
  });
  let publication: Publication | null = null;
  try {
    for await (const { timeMs, entry } of readInOrder(options, reading)) {
      // The first entry in order comes only after the last row was read: the schema is whole by now.
      publication ??= await openPublication(bus, options, { ...reading, inferred: reading.inference.columns() });
      progress.phase = 'publishing';
      if (pacer.delayMs(timeMs) > 0) {
        await sender.flush();
        await pacer.wait(timeMs, options.signal);
      }
      if (options.signal?.aborted) break;
      await sender.add(publication.record(entry, timeMs), { kind: entry.kind, timeMs });
    }
    await sender.flush();
  } catch (error) {
    if (error instanceof Stopped) return null;
    if (publication === null) throw error;
    await sender.settled();
    throw new PublicationError(error, progress);
  }
  return publication;
}

interface TimedKind {
  readonly kind: FileEntry['kind'];
  readonly timeMs: number;
}
