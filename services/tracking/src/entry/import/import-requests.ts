import { z } from 'zod';

/** As far as dates reach. */
const timeMs = z.number().int().min(0).max(8.64e15);
const id = z.string().regex(/^\d{1,18}$/, 'must be the number of an experiment');
const runId = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits');
/** Ids count on from here: those of other systems, which draw them at random, are not kept. */
const highestKeptId = 1_000_000_000;

export const importedExperiment = z.strictObject({
  id: z
    .string()
    .regex(/^\d{1,32}$/, 'must be a number')
    .describe('Kept where it is free')
    .transform((text) => (Number(text) <= highestKeptId ? Number(text) : 0)),
  name: z.string(),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })).default([]),
  createdAtMs: timeMs,
  updatedAtMs: timeMs,
});
export const importedRun = z.strictObject({
  runId,
  experimentId: id,
  name: z.string().min(1).max(8000),
  userId: z.string().max(1000).default(''),
  status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']),
  startTimeMs: timeMs,
  endTimeMs: timeMs.nullable().default(null),
});
export const importedLoggedModel = z.strictObject({
  modelId: z.string().regex(/^m-[0-9a-f]{32}$/, 'must be m- and 32 hexadecimal digits'),
  experimentId: id,
  name: z.string().min(1).max(1000),
  modelType: z.string().min(1).max(1000).nullable().default(null),
  sourceRunId: z.string().min(1).max(300).nullable().default(null),
  status: z.enum(['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']),
  createdAtMs: timeMs,
});
