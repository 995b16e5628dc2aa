import { z } from 'zod';
import { stages } from '../../flow/registry-state.ts';

/** Numbers count on from here: far below what a number can hold. */
const highestVersion = 1_000_000_000;
/** As far as dates reach. */
const timeMs = z.number().int().min(0).max(8.64e15);
const tags = z
  .array(z.strictObject({ key: z.string(), value: z.string() }))
  .default([])
  .describe('As MLflow gives them');
const times = { createdAtMs: timeMs, updatedAtMs: timeMs };
const description = z.string().max(100_000).nullable().default(null);

export const importedModel = z.strictObject({ name: z.string(), description, tags, ...times });
export const importedVersion = z.strictObject({
  name: z.string().describe('A registered model'),
  number: z.number().int().min(1).max(highestVersion).describe('Above every number that the model has given'),
  source: z.string().min(1),
  runId: z.string().max(300).nullable().default(null),
  runLink: z.string().max(2048).nullable().default(null),
  modelId: z.string().max(300).nullable().default(null),
  description,
  tags,
  stage: z.enum(stages).default('None'),
  aliases: z.array(z.string()).max(1000).default([]).describe('Which nobody has here'),
  ...times,
});
