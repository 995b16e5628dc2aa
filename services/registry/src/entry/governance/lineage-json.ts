import { z } from 'zod';
import { dataHashesOf } from '../../flow/lineage/find-versions.ts';
import type { Lineage } from '../../flow/lineage/trace-version.ts';
import type { ModelVersion } from '../../flow/registry-state.ts';

const versionName = z.object({ model: z.string(), version: z.string(), semanticVersion: z.string().nullable() });

export const foundResponse = z.object({
  versions: z.array(versionName.extend({ runId: z.string().nullable(), stage: z.string(), createdAt: z.string() })),
});

export const lineageResponse = versionName.extend({
  artifactHash: z.string().nullable(),
  runId: z.string().nullable().describe('The run that made it'),
  modelId: z.string().nullable(),
  featureService: z.string().nullable(),
  code: z
    .object({
      repository: z.string().nullable(),
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      dirty: z.boolean().nullable(),
    })
    .nullable(),
  trainingSets: z
    .array(
      z.object({
        name: z.string(),
        digest: z.string(),
        sourceType: z.string().nullable(),
        source: z.unknown().describe('As the run logged it: for a training set of ours its query and position range'),
      }),
    )
    .describe('The datasets of the run'),
  dataVersions: z
    .array(
      z.object({
        path: z.string(),
        tool: z.enum(['dvc', 'git-lfs']),
        hash: z.string(),
        sizeBytes: z.number().nullable(),
      }),
    )
    .describe('What pointer files of DVC and Git LFS among the artifacts stand for'),
  dataHashes: z.array(z.string()),
  parents: z.array(versionName),
  children: z.array(versionName),
  endpoints: z
    .array(z.object({ name: z.string(), target: z.string() }))
    .nullable()
    .describe('Endpoints that serve it now; null while the inference service does not answer'),
});

export function lineageJson({ version, run, parents, children, endpoints }: Lineage): z.infer<typeof lineageResponse> {
  const { facts } = version;
  const logged = new Map((run?.datasets ?? []).map((dataset) => [`${dataset.name} ${dataset.digest}`, dataset]));
  return {
    ...nameOf(version),
    artifactHash: version.artifact?.hash ?? null,
    runId: version.runId,
    modelId: version.modelId,
    featureService: facts?.featureService ?? null,
    code: facts?.code ?? null,
    trainingSets: (facts?.datasets ?? []).map(({ name, digest }) => {
      const now = logged.get(`${name} ${digest}`);
      return { name, digest, sourceType: now?.sourceType ?? null, source: parsed(now?.source) };
    }),
    dataVersions: [...(facts?.dataPointers ?? [])],
    dataHashes: dataHashesOf(version),
    parents: parents.map(nameOf),
    children: children.map(nameOf),
    endpoints: endpoints && endpoints.map(({ name, model }) => ({ name, target: model.target })),
  };
}

export function foundJson(versions: readonly ModelVersion[]): z.infer<typeof foundResponse> {
  return {
    versions: versions.map((version) => ({
      ...nameOf(version),
      runId: version.runId,
      stage: version.stage,
      createdAt: new Date(version.createdAtMs).toISOString(),
    })),
  };
}

function nameOf({ name, version, semanticVersion }: ModelVersion): z.infer<typeof versionName> {
  return { model: name, version: String(version), semanticVersion };
}

/** A source is JSON for most kinds of datasets and any text for others. */
function parsed(source: string | undefined): unknown {
  if (source === undefined) return null;
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return source;
  }
}
