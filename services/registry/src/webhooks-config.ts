import { flagSetting, numberSetting } from '@millrace/service-kit';
import { z } from 'zod';

const keyBytes = 32;
const schemes = ['https', 'http'] as const;

/** Where webhooks may send to, how hard they try, and the key of their secrets. */
export const webhooksConfig = z
  .object({
    MILLRACE_REGISTRY_SECRET_KEY: z
      .string()
      .transform((text) => Buffer.from(text, 'base64'))
      .refine((key) => key.length === keyBytes, `is not ${keyBytes} bytes in base64 (openssl rand -base64 ${keyBytes})`)
      .optional(),
    MILLRACE_REGISTRY_WEBHOOK_SCHEMES: z
      .string()
      .default('https')
      .transform((text) => text.split(',').map((scheme) => scheme.trim()))
      .pipe(z.array(z.enum(schemes, { error: `is no list of ${schemes.join(', ')}` })).min(1)),
    MILLRACE_REGISTRY_WEBHOOK_ALLOW_PRIVATE: flagSetting(false),
    MILLRACE_REGISTRY_WEBHOOK_TIMEOUT_MS: numberSetting(10_000, { min: 1 }),
    MILLRACE_REGISTRY_WEBHOOK_ATTEMPTS: numberSetting(15, { min: 1 }),
    MILLRACE_REGISTRY_WEBHOOK_RETRY_MS: numberSetting(1_000, { min: 1 }),
    MILLRACE_REGISTRY_WEBHOOK_CONCURRENCY: numberSetting(16, { min: 1 }),
  })
  .transform((env) => ({
    secretKey: env.MILLRACE_REGISTRY_SECRET_KEY ?? null,
    sender: {
      schemes: env.MILLRACE_REGISTRY_WEBHOOK_SCHEMES,
      allowPrivateAddresses: env.MILLRACE_REGISTRY_WEBHOOK_ALLOW_PRIVATE,
      timeoutMs: env.MILLRACE_REGISTRY_WEBHOOK_TIMEOUT_MS,
    },
    retries: {
      attempts: env.MILLRACE_REGISTRY_WEBHOOK_ATTEMPTS,
      firstWaitMs: env.MILLRACE_REGISTRY_WEBHOOK_RETRY_MS,
      longestWaitMs: 300_000,
    },
    concurrency: env.MILLRACE_REGISTRY_WEBHOOK_CONCURRENCY,
  }));
