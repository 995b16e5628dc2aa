export type { AvroComplexSchema, AvroField, AvroSchemaJson } from './avro-schema.ts';
export { subjectOf, topicOfFamily } from './topic-spec.ts';
export type { TopicSpec } from './topic-spec.ts';
export * from './generated/records.ts';
export { schemas } from './generated/schemas.ts';
export { topicFamilies, topics } from './generated/topics.ts';
