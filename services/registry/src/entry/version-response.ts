import { z } from 'zod';
import { aliasesOf, type ModelVersion, type RegisteredModel } from '../flow/registry-state.ts';

/** A version in our own API. */
export const versionResponse = z.object({
  model: z.string(),
  version: z.string(),
  stage: z.string(),
  aliases: z.array(z.string()),
  runId: z.string().nullable(),
  modelId: z.string().nullable(),
  source: z.string(),
  artifactKind: z.enum(['onnx', 'files']).nullable(),
  artifactHash: z.string().nullable(),
  artifactUri: z.string(),
  artifactSizeBytes: z.number().nullable(),
  /** Path on the gateway and on the tracking service: the bytes of exactly this hash. */
  artifactDownloadPath: z.string().nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
});

export function describeVersion(model: RegisteredModel, version: ModelVersion): z.infer<typeof versionResponse> {
  const { artifact } = version;
  return {
    model: model.name,
    version: String(version.version),
    stage: version.stage,
    aliases: aliasesOf(model, version.version),
    runId: version.runId,
    modelId: version.modelId,
    source: version.source,
    artifactKind: artifact?.kind ?? null,
    artifactHash: artifact?.hash ?? null,
    artifactUri: artifact?.uri ?? version.storageLocation,
    artifactSizeBytes: artifact?.sizeBytes ?? null,
    artifactDownloadPath: artifact?.kind === 'onnx' ? `/api/v1/artifacts/sha256/${artifact.hash}` : null,
    createdAt: new Date(version.createdAtMs).toISOString(),
    createdBy: version.createdBy,
  };
}
