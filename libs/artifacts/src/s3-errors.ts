import { S3ServiceException } from '@aws-sdk/client-s3';
import { ArtifactStoreUnavailable } from './artifact-errors.ts';

const outages = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
const outageNames = new Set(['TimeoutError', 'CredentialsProviderError']);

export function isAbsent(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}

/** What a bucket or the way to it says: a refusal, a fault or a silence of the server passes, or is mended by its operator. */
export function asS3Error(error: unknown): unknown {
  if (error instanceof S3ServiceException) return unavailable(`${error.name}: ${error.message}`, error);
  const isOutage =
    error instanceof Error && (outageNames.has(error.name) || ('code' in error && outages.has(String(error.code))));
  if (isOutage) return unavailable(error.message, error);
  return error;
}

function unavailable(reason: string, cause: Error): ArtifactStoreUnavailable {
  return new ArtifactStoreUnavailable(`the artifact store cannot be used: ${reason}`, { cause });
}
