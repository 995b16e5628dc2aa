import type { ShareLink } from '@millrace/people';
import { z } from 'zod';

const mostRuns = 1_000;
const mostDays = 3650;
const longestComparison = 65_536;

export const newLink = z.strictObject({
  runIds: z.array(z.string().min(1).max(100)).min(1).max(mostRuns),
  comparison: z
    .record(z.string(), z.unknown())
    .default({})
    .refine(
      (value) => JSON.stringify(value).length <= longestComparison,
      `is longer than ${longestComparison} characters`,
    )
    .describe('What the comparison is asked for besides the runs: metrics, params, points, …; kept as it is'),
  public: z.boolean().default(false).describe('Read by whoever has the link, without signing in'),
  expiresInDays: z.number().int().min(1).max(mostDays).optional(),
});

export const linkResponse = z.object({
  id: z.string(),
  runIds: z.array(z.string()),
  comparison: z.record(z.string(), z.unknown()),
  public: z.boolean(),
  createdBy: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
});
export const linksResponse = z.object({ links: z.array(linkResponse) });

export function linkJson({ isPublic, runIds, ...link }: ShareLink): z.infer<typeof linkResponse> {
  return { ...link, runIds: [...runIds], public: isPublic };
}
