export { AvroCodec } from './avro-codec.ts';
export type { RegisteredSchema, RegisteredWriter } from './avro-codec.ts';
export type { AvroReader } from './avro-reader.ts';
export type { AvroWriter } from './avro-writer.ts';
export { EventsError, TransientError } from './errors.ts';
export { EventBus } from './event-bus.ts';
export type { RecordTopic } from './event-bus.ts';
export { EventProducer } from './event-producer.ts';
export type { EventProducerOptions } from './event-producer.ts';
export type { EventsConfig, EventsLog, KafkaConfig, SchemaRegistryConfig } from './events-config.ts';
export { eventId, lanePartition } from './identity.ts';
export type { DerivedIdentity, Identity } from './identity.ts';
export type { Compression } from './kafkajs/compression-codecs.ts';
export type { OutgoingRecord } from './outgoing-record.ts';
export { murmur2, partitioners } from './partitioners.ts';
export type { Partitioner, PartitionerName } from './partitioners.ts';
export type { DecodeResult, RawRecord, UndecodableReason } from './raw-record.ts';
export { TopicAdmin } from './topic-admin.ts';
export { BatchConsumer } from './consumer/batch-consumer.ts';
export type {
  BatchConsumerOptions,
  ConsumerAlert,
  ConsumerHooks,
  ConsumerStatus,
  DeadLetterLimits,
  PartitionStatus,
  StoppedSource,
} from './consumer/consumer-options.ts';
export { decodeFence, encodeFence, MAX_FENCE_BYTES } from './consumer/fence.ts';
export type { Fence } from './consumer/fence.ts';
export { StartOverError, StopSourceError } from './consumer/flow-errors.ts';
export type {
  AssignedPartition,
  BatchNote,
  HandleResult,
  IdlePartition,
  PartitionBatch,
  PartitionHandler,
  PartitionId,
  Poison,
  StartPosition,
} from './consumer/partition-handler.ts';
export { hashRecord } from './consumer/source-record.ts';
export type { SourceRecord } from './consumer/source-record.ts';
export { subscribe } from './consumer/subscribe.ts';
export type { SubscribeOptions } from './consumer/subscribe.ts';
export { Watermarks } from './consumer/watermarks.ts';
export type { SerializedWatermarks } from './consumer/watermarks.ts';
export type { DeadLetter, LetterCut, LetterSummary } from './dead-letters/dead-letter.ts';
export { exhume } from './dead-letters/dead-letter-record.ts';
export { listDeadLetters, REPLAY_OF, replayDeadLetters, scanDeadLetters } from './dead-letters/dead-letters.ts';
export type { DeadLetterQuery, Mended, ReplayOptions } from './dead-letters/dead-letters.ts';
export { LogReader } from './log/log-reader.ts';
export type { LogBatch, LogReaderOptions } from './log/log-reader.ts';
export { TailFollower } from './log/tail-follower.ts';
export type { TailBatch, TailFollowerOptions, TailTaker } from './log/tail-follower.ts';
export { scanLog } from './log/scan-log.ts';
export { Journal } from './journal/journal.ts';
export type { AppliedCommand, JournalOptions, SubmitOptions, Submitted } from './journal/journal.ts';
export { AuditLedger } from './journal/audit-ledger.ts';
export type { AuditedCommand } from './journal/audit-ledger.ts';
export type {
  Accepted,
  Applied,
  CommandMeta,
  Domain,
  PublicEvent,
  Rejected,
  SubjectChange,
} from './journal/journal-domain.ts';
export { bodyHashOf } from './journal/command-ledger.ts';
export { journalTopic } from './journal/journal-topic.ts';
export { watchOne } from './journal/watch-one.ts';
export { JournalPublisher } from './journal/journal-publisher.ts';
export type { JournalPublisherOptions } from './journal/journal-publisher.ts';
export { oneForAll, Turns, type Waiting } from './turns.ts';
