import { z } from 'zod';
import { stages, aliasesOf, type ModelVersion, type RegisteredModel } from '../../flow/registry-state.ts';
import { rules } from './governance-requests.ts';

export const rulesResponse = z.object({ model: z.string(), rules: rules.nullable() });
export const missingResponse = z.object({
  target: z.string(),
  permitted: z.boolean(),
  missing: z.array(z.object({ path: z.string(), message: z.string() })),
});
export const evidenceResponse = z.object({
  model: z.string(),
  version: z.string(),
  author: z.string(),
  stage: z.enum(stages),
  aliases: z.array(z.string()),
  approvals: z.array(z.object({ by: z.string(), comment: z.string(), at: z.iso.datetime() })),
  checks: z.array(
    z.object({
      check: z.string(),
      passed: z.boolean(),
      details: z.string(),
      reportedBy: z.string(),
      at: z.iso.datetime(),
    }),
  ),
  cardRevisions: z.number(),
});
export const cardResponse = z.object({
  model: z.string(),
  version: z.string(),
  revision: z.number(),
  revisions: z.number(),
  markdown: z.string(),
  writtenBy: z.string(),
  at: z.iso.datetime(),
});

export function evidenceJson(model: RegisteredModel, version: ModelVersion): z.infer<typeof evidenceResponse> {
  return {
    model: version.name,
    version: String(version.version),
    author: version.createdBy,
    stage: version.stage,
    aliases: aliasesOf(model, version.version),
    approvals: [...version.approvals].map(([by, { comment, atMs }]) => ({ by, comment, at: isoTime(atMs) })),
    checks: [...version.checks].map(([check, { atMs, ...result }]) => ({ check, ...result, at: isoTime(atMs) })),
    cardRevisions: version.cards.length,
  };
}

/** One revision of the card, the newest when none is named; null when there is none of that number. */
export function cardJson(version: ModelVersion, revision = version.cards.length): z.infer<typeof cardResponse> | null {
  const card = version.cards[revision - 1];
  if (card === undefined) return null;
  return {
    model: version.name,
    version: String(version.version),
    revision,
    revisions: version.cards.length,
    markdown: card.markdown,
    writtenBy: card.writtenBy,
    at: isoTime(card.atMs),
  };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
