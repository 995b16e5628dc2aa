import type { VersionFacts } from './lineage/version-facts.ts';
import type { PromotionRules } from './rules/promotion-rules.ts';
import type { Approval, CheckResult, ModelCard } from './rules/version-evidence.ts';
import type { SemanticProposal } from './semver/semantic-proposal.ts';
import type { SemanticVersion } from './semver/semantic-version.ts';
import { VersionMap } from './version-map.ts';
import type { Webhook } from './webhooks/webhook-state.ts';

export const stages = ['None', 'Staging', 'Production', 'Archived'] as const;
export type Stage = (typeof stages)[number];

/** Stages whose change is of interest to others: a version in them serves. */
export const servingStages = ['Staging', 'Production'] as const satisfies readonly Stage[];
export type ServingStage = (typeof servingStages)[number];

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
  /** When it was archived last, kept when it leaves that stage: its retention counts from here. */
  readonly archivedAtMs: number | null;
  readonly tags: ReadonlyMap<string, string>;
  readonly artifact: PinnedArtifact | null;
  /** Given by its author; null until then. */
  readonly semanticVersion: SemanticVersion | null;
  /** Null for a prompt, and for versions of a time when nothing was proposed. */
  readonly semanticProposal: SemanticProposal | null;
  readonly facts: VersionFacts | null;
  /** By the name of who gave it. */
  readonly approvals: ReadonlyMap<string, Approval>;
  /** The last report of each check. */
  readonly checks: ReadonlyMap<string, CheckResult>;
  /** Every revision, the newest last. */
  readonly cards: readonly ModelCard[];
}

export interface RegisteredModel {
  readonly name: string;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly description: string | null;
  readonly tags: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, number>;
  readonly versions: VersionMap;
  /** The versions in each serving stage in the order in which they came there: the last one is in charge. */
  readonly serving: Readonly<Record<ServingStage, readonly number[]>>;
  /** The versions that came in charge of each target (`alias:champion`), one after the other. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  /** The version that the next semantic version is proposed from, kept when it is deleted. */
  readonly semanticBase: ModelVersion | null;
}

export interface RegistryState {
  readonly models: Map<string, RegisteredModel>;
  /** Highest version number ever given under a name, kept when versions or the model are deleted: numbers never repeat. */
  readonly lastVersion: Map<string, number>;
  /** By name of the model and kept when it is deleted: made anew under its name it must not be free of its rules. */
  readonly rules: Map<string, PromotionRules>;
  /** By id, in the order in which they were made. */
  readonly webhooks: Map<string, Webhook>;
}

export function emptyRegistry(): RegistryState {
  return { models: new Map(), lastVersion: new Map(), rules: new Map(), webhooks: new Map() };
}

export function emptyModel(
  model: Pick<RegisteredModel, 'name' | 'createdBy' | 'createdAtMs' | 'description' | 'tags'>,
): RegisteredModel {
  return {
    ...model,
    updatedAtMs: model.createdAtMs,
    aliases: new Map(),
    versions: VersionMap.empty,
    serving: { Staging: [], Production: [] },
    history: new Map(),
    semanticBase: null,
  };
}

export function isServingStage(stage: Stage): stage is ServingStage {
  return (servingStages as readonly Stage[]).includes(stage);
}

export function aliasesOf(model: RegisteredModel, version: number): string[] {
  return [...model.aliases].filter(([, target]) => target === version).map(([alias]) => alias);
}

/** The version in charge of a stage: the one that came there last. */
export function inCharge(model: RegisteredModel, stage: ServingStage): ModelVersion | undefined {
  const last = model.serving[stage].at(-1);
  return last === undefined ? undefined : model.versions.get(last);
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
