import { z } from 'zod';

/** Bodies of Feast's protocol as the documentation shows them; they are read by `@millrace/feast-protocol`, in Feast's words. */

const frame = z.record(z.string(), z.array(z.unknown()));

export const onlineBody = z.object({
  entities: frame,
  features: z.array(z.string()).optional(),
  feature_service: z.string().optional(),
  full_feature_names: z.boolean().optional(),
  include_feature_view_version_metadata: z.boolean().optional(),
});

export const pushBody = z.object({
  push_source_name: z.string(),
  df: frame,
  to: z.enum(['online', 'offline', 'online_and_offline']).optional(),
});

export const writeBody = z.object({ feature_view_name: z.string(), df: frame });

export const onlineAnswer = z.object({
  metadata: z.object({
    feature_names: z.array(z.string()),
    feature_view_metadata: z.array(z.object({ name: z.string(), version: z.number() })).optional(),
  }),
  results: z.array(
    z.object({
      values: z.array(z.unknown()),
      statuses: z.array(z.enum(['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'])),
      event_timestamps: z.array(z.string()),
    }),
  ),
});
