import { z } from 'zod';
import { metricVerdicts } from '../flow/semver/compare-metrics.ts';
import { changeLevels } from '../flow/semver/compare-signatures.ts';
import { metricDirections } from '../flow/rules/promotion-rules.ts';
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
  semanticVersion: z.string().nullable(),
  semanticProposal: z
    .object({
      semanticVersion: z.string(),
      level: z.enum(changeLevels).nullable(),
      basedOn: z.object({ version: z.string(), semanticVersion: z.string() }).nullable(),
      reasons: z.array(z.object({ level: z.enum(changeLevels), path: z.string(), text: z.string() })),
      metrics: z.array(
        z.object({
          metric: z.string(),
          before: z.number().nullable(),
          now: z.number().nullable(),
          verdict: z.enum(metricVerdicts),
          rule: z.object({ metric: z.string(), direction: z.enum(metricDirections), threshold: z.number() }).nullable(),
        }),
      ),
    })
    .nullable(),
  signature: z.unknown().nullable(),
  inputExample: z.string().nullable(),
  featureService: z.string().nullable(),
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
    semanticVersion: version.semanticVersion,
    semanticProposal: proposalJson(version),
    signature: version.facts?.signature ?? null,
    inputExample: version.facts?.inputExample ?? null,
    featureService: version.facts?.featureService ?? null,
    createdAt: new Date(version.createdAtMs).toISOString(),
    createdBy: version.createdBy,
  };
}

function proposalJson({ semanticProposal }: ModelVersion): z.infer<typeof versionResponse>['semanticProposal'] {
  if (semanticProposal === null) return null;
  const { semanticVersion, level, basedOn, reasons, metrics = [] } = semanticProposal;
  const base = basedOn && { version: String(basedOn.version), semanticVersion: basedOn.semanticVersion };
  return { semanticVersion, level, basedOn: base, reasons: [...reasons], metrics: [...metrics] };
}
