import { CodedError, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { servingStages } from '../../flow/registry-state.ts';
import { metricDirections } from '../../flow/rules/promotion-rules.ts';

const longestCard = 100_000;
const longestText = 10_000;

const name = z.string().min(1).max(255);
const unique = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .max(100)
    .refine((items) => new Set(items).size === items.length, 'names something twice');

export const rules = z
  .strictObject({
    aliases: unique(name).default(['champion']).describe('Aliases that are guarded; "*" for all of them'),
    stages: unique(z.enum(servingStages)).default(['Production']),
    metrics: z
      .array(z.strictObject({ metric: name, direction: z.enum(metricDirections), threshold: z.number() }))
      .max(100)
      .default([])
      .describe('Latest values of the logged model, or of the run for what the model has not'),
    card: z.boolean().default(false).describe('A model card must have been written'),
    approvals: z.number().int().min(0).max(100).default(0).describe('Approvals by others than the author'),
    semanticVersion: z.boolean().default(false).describe('The author must have given a semantic version'),
    checks: unique(name).default([]).describe('Checks whose last report must say passed'),
  })
  .refine(({ aliases, stages }) => aliases.length + stages.length > 0, 'guards neither an alias nor a stage');

const target = z
  .string()
  .max(300)
  .regex(
    /^(alias:[\w-]{1,255}|stage:(Staging|Production))$/,
    'must be alias:<name>, stage:Staging or stage:Production',
  );

const versionNumber = z.coerce.number().int().positive();
export const promotion = z.strictObject({
  target,
  version: versionNumber,
  archiveExisting: z.boolean().default(false).describe('Of a stage: archive the versions that are in it'),
});
export const registration = z.strictObject({
  source: z.string().min(1).max(2048).describe('runs:/…, models:/… or mlflow-artifacts:/…'),
  runId: z.string().max(100).optional().describe('Taken from the source when it names a run'),
  modelId: z.string().max(100).optional(),
  description: z.string().max(100_000).optional(),
  tags: z.record(z.string().min(1).max(250), z.string().max(100_000)).default({}),
  semanticVersion: z.string().optional().describe('At least what is proposed; nothing when it is left out'),
  featureService: z.string().min(1).max(255).optional().describe('The feature service whose vectors it scores'),
});
export const semanticVersion = z.strictObject({ semanticVersion: z.string() });
export const rollback = z.strictObject({ target });
export const missingQuery = z.object({ target });
export const approval = z.strictObject({ comment: z.string().max(longestText).default('') });
export const checkReport = z.strictObject({ passed: z.boolean(), details: z.string().max(longestText).default('') });
export const card = z.strictObject({ markdown: z.string().min(1).max(longestCard) });
export const cardQuery = z.object({ revision: z.coerce.number().int().positive().optional() });

export function checkNameOf(text: string): string {
  return parseRequest(z.object({ check: name }), { check: text }).check;
}

/** What is no number is a version that does not exist. */
export function versionNumberOf(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new CodedError('REGISTRY_VERSION_NOT_FOUND', `"${text}" is no version: versions are numbers from 1 on`);
}
