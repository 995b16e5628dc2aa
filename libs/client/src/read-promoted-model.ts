import { createHash } from 'node:crypto';
import type { ModelPromoted } from '@millrace/schemas';
import { ClientError } from './client-error.ts';
import { provenBy } from './http-client.ts';

/** The ONNX file of a promoted version, by its hash and checked against it: whatever its run holds today. */
export async function readPromotedModel(
  gatewayUrl: string,
  { model, version, artifactHash }: Pick<ModelPromoted, 'model' | 'version' | 'artifactHash'>,
): Promise<Buffer> {
  const url = `${gatewayUrl.replace(/\/+$/, '')}/api/v1/artifacts/sha256/${artifactHash}`;
  let response: Response;
  try {
    response = await fetch(url, { headers: provenBy(process.env) });
  } catch (cause) {
    throw new ClientError('CLIENT_UNREACHABLE', `${url} does not answer: is the platform running?`, { cause });
  }
  if (!response.ok) {
    throw new ClientError(
      'CLIENT_MODEL_UNAVAILABLE',
      `version ${version} of model "${model}" (${artifactHash || 'without a hash'}) cannot be had: ${url} answered ${response.status}`,
    );
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found === artifactHash) return bytes;
  throw new ClientError(
    'CLIENT_MODEL_CORRUPT',
    `version ${version} of model "${model}" has hash ${artifactHash}, ${url} gave ${bytes.length} bytes with ${found}`,
  );
}
