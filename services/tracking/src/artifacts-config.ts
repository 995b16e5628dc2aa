import { artifactsPlace, type ArtifactsPlace } from '@millrace/artifacts';
import { numberSetting, textSetting, urlSetting } from '@millrace/service-kit';
import { z } from 'zod';

export interface ArtifactsConfig {
  readonly place: ArtifactsPlace;
  /** Null: as much as there is room for. */
  readonly quotaBytes: number | null;
  /** How often contents that nobody refers to are removed; 0: only when somebody asks. */
  readonly collectEveryMs: number;
  /** How long they stay at least. */
  readonly keptMs: number;
  /** Under which clients reach the platform, where neither requests nor their proxies say it. */
  readonly publicUrl: string | null;
}

/** Where files lie, and how much of them an experiment may hold. */
export const artifactsConfig = z
  .object({
    MILLRACE_ARTIFACTS_DIR: textSetting('.millrace/artifacts'),
    MILLRACE_ARTIFACTS_URL: textSetting(''),
    MILLRACE_ARTIFACTS_S3_ENDPOINT: textSetting(''),
    MILLRACE_ARTIFACTS_S3_REGION: textSetting('us-east-1'),
    MILLRACE_ARTIFACTS_S3_ACCESS_KEY_ID: textSetting(''),
    MILLRACE_ARTIFACTS_S3_SECRET_ACCESS_KEY: textSetting(''),
    MILLRACE_ARTIFACTS_QUOTA_BYTES: numberSetting(0),
    MILLRACE_ARTIFACTS_COLLECT_EVERY_MS: numberSetting(0),
    MILLRACE_ARTIFACTS_KEPT_MS: numberSetting(7 * 24 * 60 * 60 * 1000),
    MILLRACE_PUBLIC_URL: urlSetting().optional(),
  })
  .transform((env, context): ArtifactsConfig => {
    try {
      return {
        place: artifactsPlace({
          url: env.MILLRACE_ARTIFACTS_URL,
          directory: env.MILLRACE_ARTIFACTS_DIR,
          endpoint: env.MILLRACE_ARTIFACTS_S3_ENDPOINT,
          region: env.MILLRACE_ARTIFACTS_S3_REGION,
          accessKeyId: env.MILLRACE_ARTIFACTS_S3_ACCESS_KEY_ID,
          secretAccessKey: env.MILLRACE_ARTIFACTS_S3_SECRET_ACCESS_KEY,
        }),
        quotaBytes: env.MILLRACE_ARTIFACTS_QUOTA_BYTES === 0 ? null : env.MILLRACE_ARTIFACTS_QUOTA_BYTES,
        collectEveryMs: env.MILLRACE_ARTIFACTS_COLLECT_EVERY_MS,
        keptMs: env.MILLRACE_ARTIFACTS_KEPT_MS,
        publicUrl: env.MILLRACE_PUBLIC_URL ?? null,
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', path: ['MILLRACE_ARTIFACTS_URL'], message });
      return z.NEVER;
    }
  });
