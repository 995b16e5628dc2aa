import {
  aggregations,
  columnTypes,
  entityTypes,
  keyEncodings,
  partitioners,
  startFroms,
  timeUnits,
} from '@millrace/feature-engine';
import { z } from 'zod';

/**
 * What a client may send, for documentation. The judgement is the engine's, which knows what definitions say of each other and
 * lists every fault with its path.
 */

const name = z.string().describe('A letter, then up to 99 letters, digits, underscores or hyphens');
const column = z.string().describe('Name of a column; a field of a nested record has a dotted name');
const duration = z.string().describe('Such as "30s", "10m", "24h" or "7d"');
const version = z.number().int().positive().optional();
const description = z.string().optional();
const expression = z
  .union([z.string(), z.number(), z.boolean(), z.null(), z.looseObject({ op: z.string() })])
  .describe(
    'A tree such as { "op": "+", "args": ["amount", 1] }; a text is short for a column, any other value for itself',
  );

const time = z.strictObject({ column, unit: z.enum(timeUnits) });
const operations = z.strictObject({
  column,
  insert: z.array(z.string()).optional(),
  update: z.array(z.string()).optional(),
  delete: z.array(z.string()).optional(),
});

const source = z.strictObject({
  kind: z.literal('source'),
  name,
  topic: z.string(),
  description,
  id: column.optional(),
  eventTime: time,
  availableAt: time.optional(),
  cdc: z
    .strictObject({ key: z.array(column), op: operations.optional() })
    .optional()
    .describe('The topic has the changes of a table: each record ends what the earlier one of its key has said'),
  entity: column.optional(),
  partitioner: z.enum(partitioners).nullable().optional(),
  keyEncoding: z.enum(keyEncodings).optional(),
  allowedLateness: duration.optional(),
  maxFuture: duration.optional(),
  columns: z.record(z.string(), z.enum(columnTypes)).optional(),
  derived: z.record(z.string(), expression).optional(),
});

const entity = z.strictObject({
  kind: z.literal('entity'),
  name,
  description,
  key: column,
  type: z.enum(entityTypes).optional(),
});

const window = z.union([
  duration,
  z.strictObject({
    kind: z.literal('tumbling'),
    size: duration,
    offset: duration.optional(),
    which: z.enum(['current', 'previous']).optional(),
  }),
  z.strictObject({ kind: z.literal('session'), gap: duration, max: duration }),
  z.strictObject({ kind: z.literal('lifetime') }),
]);

/** Aggregations have members of their own beside these. */
const feature = z.looseObject({
  name,
  description,
  aggregation: z.enum(aggregations),
  input: expression.optional(),
  window,
  delay: duration.optional(),
  filter: expression.optional(),
  ownEvent: z.enum(['include', 'exclude']).optional(),
  empty: z.union([z.number(), z.string(), z.boolean(), z.null()]).optional(),
});

const featureView = z.strictObject({
  kind: z.literal('feature-view'),
  name,
  version,
  description,
  entity: name,
  source: name,
  keyColumn: column.optional(),
  allowedLateness: duration.optional(),
  features: z.array(feature),
});

const featureService = z.strictObject({
  kind: z.literal('feature-service'),
  name,
  version,
  description,
  source: name,
  views: z.array(z.union([z.string(), z.strictObject({ view: name, version, key: column.optional() })])).optional(),
  passThrough: z.array(z.strictObject({ name, description, expression })).optional(),
  features: z.array(z.string()).optional(),
  startFrom: z.enum(startFroms).optional(),
});

const definition = z.discriminatedUnion('kind', [source, entity, featureView, featureService]);

export const definitionsBody = z.union([
  definition,
  z.array(definition),
  z.strictObject({ definitions: z.array(definition) }),
]);
