export const stages = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof stages)[number];

/** Stages whose change is of interest to others: a version in them serves. */
export const servingStages = ['Staging', 'Production'] as const satisfies readonly Stage[];

/** The file that a version stands for, fixed once known: what is promoted is what was registered. */
export interface PinnedArtifact {
  /** `onnx`: the one ONNX file; `files`: no single ONNX file, the hash is that of the list of files. */
  readonly kind: 'onnx' | 'files';
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
  readonly uri: string;
  readonly sizeBytes: number;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly source: string;
  /** Where the files lie, once `runs:/` and `models:/` are resolved. */
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly modelId: string | null;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly description: string | null;
  readonly stage: Stage;
  /** Journal position of the last change of stage: the newest is the one in charge. */
  readonly stageSince: number;
  readonly tags: ReadonlyMap<string, string>;
  readonly artifact: PinnedArtifact | null;
}

export interface RegisteredModel {
  readonly name: string;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly description: string | null;
  readonly tags: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, number>;
  readonly versions: ReadonlyMap<number, ModelVersion>;
}

export interface RegistryState {
  readonly models: Map<string, RegisteredModel>;
  /** Highest version number ever given under a name, kept when versions or the model are deleted: numbers never repeat. */
  readonly lastVersion: Map<string, number>;
}

export function emptyRegistry(): RegistryState {
  return { models: new Map(), lastVersion: new Map() };
}

export function aliasesOf(model: RegisteredModel, version: number): string[] {
  return [...model.aliases].filter(([, target]) => target === version).map(([alias]) => alias);
}

/** The version in charge of a stage: the one that came there last. */
export function inCharge(model: RegisteredModel, stage: Stage): ModelVersion | undefined {
  let found: ModelVersion | undefined;
  for (const version of model.versions.values()) {
    if (version.stage === stage && (found === undefined || version.stageSince > found.stageSince)) found = version;
  }
  return found;
}

/** Highest version number of each stage, as MLflow's `latest_versions`. */
export function latestVersions(model: RegisteredModel): ModelVersion[] {
  const latest = new Map<Stage, ModelVersion>();
  for (const version of model.versions.values()) {
    const seen = latest.get(version.stage);
    if (seen === undefined || version.version > seen.version) latest.set(version.stage, version);
  }
  return [...latest.values()];
}
