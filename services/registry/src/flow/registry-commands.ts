import type { VersionFacts } from './lineage/version-facts.ts';
import type { PinnedArtifact, Stage } from './registry-state.ts';
import type { MetricValues, PromotionRules } from './rules/promotion-rules.ts';
import type { WebhookCommand } from './webhooks/webhook-commands.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** When something was made and changed in the registry that it was imported from. */
interface ImportedTimes {
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}
/** What a version of another registry brings along: it is judged by the promotion rules like any other. */
export interface ImportedVersion extends ImportedTimes {
  readonly version: number;
  readonly stage: Stage;
  readonly aliases: readonly string[];
}

export interface CreateModel {
  readonly type: 'create-model';
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly Tag[];
  /** Of a model that comes from another registry. */
  readonly imported?: ImportedTimes;
}
interface DescribeModel {
  readonly type: 'describe-model';
  readonly name: string;
  readonly description: string;
}
export interface RenameModel {
  readonly type: 'rename-model';
  readonly name: string;
  readonly newName: string;
}
interface DeleteModel {
  readonly type: 'delete-model';
  readonly name: string;
  /** For how long archived versions are kept; absent in commands of a time when nothing was. */
  readonly retentionMs?: number;
}
interface TagModel {
  readonly type: 'tag-model';
  readonly name: string;
  readonly key: string;
  /** Null takes the tag away. */
  readonly value: string | null;
}
export interface CreateVersion {
  readonly type: 'create-version';
  readonly name: string;
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly modelId: string | null;
  readonly description: string | null;
  readonly tags: readonly Tag[];
  readonly artifact: PinnedArtifact | null;
  /** Absent for prompts, and in commands of a time when nothing was bound to a version. */
  readonly facts?: VersionFacts | null;
  /** Given by the client; its tag `millrace.semantic_version` says the same. */
  readonly semanticVersion?: string | null;
  readonly imported?: ImportedVersion;
}
interface DescribeVersion {
  readonly type: 'describe-version';
  readonly name: string;
  readonly version: number;
  readonly description: string;
}
interface DeleteVersion {
  readonly type: 'delete-version';
  readonly name: string;
  readonly version: number;
  /** As of `delete-model`. */
  readonly retentionMs?: number;
}
export interface TagVersion {
  readonly type: 'tag-version';
  readonly name: string;
  readonly version: number;
  readonly key: string;
  readonly value: string | null;
}
export interface TransitionStage {
  readonly type: 'transition-stage';
  readonly name: string;
  readonly version: number;
  readonly stage: Stage;
  readonly archiveExisting: boolean;
  /** Found before the append for a version registered without one. */
  readonly artifact: PinnedArtifact | null;
  /** What the model's rules ask for, read before the append. */
  readonly metrics?: MetricValues;
}
export interface SetAlias {
  readonly type: 'set-alias';
  readonly name: string;
  readonly alias: string;
  readonly version: number;
  readonly artifact: PinnedArtifact | null;
  readonly metrics?: MetricValues;
}
interface DeleteAlias {
  readonly type: 'delete-alias';
  readonly name: string;
  readonly alias: string;
}

/** Puts the version back that was in charge of a target before; refused when the charge has changed since it was read. */
export interface RollBack {
  readonly type: 'roll-back';
  readonly name: string;
  readonly target: string;
  readonly from: number | null;
  readonly to: number;
  readonly metrics?: MetricValues;
}
interface SetRules {
  readonly type: 'set-rules';
  readonly name: string;
  readonly rules: PromotionRules;
}
interface DeleteRules {
  readonly type: 'delete-rules';
  readonly name: string;
}
export interface ApproveVersion {
  readonly type: 'approve-version';
  readonly name: string;
  readonly version: number;
  readonly comment: string;
  /** What is approved is fixed by it, as by a promotion. */
  readonly artifact: PinnedArtifact | null;
}
interface WithdrawApproval {
  readonly type: 'withdraw-approval';
  readonly name: string;
  readonly version: number;
}
export interface ReportCheck {
  readonly type: 'report-check';
  readonly name: string;
  readonly version: number;
  readonly check: string;
  readonly passed: boolean;
  readonly details: string;
  readonly artifact: PinnedArtifact | null;
}
interface WriteCard {
  readonly type: 'write-card';
  readonly name: string;
  readonly version: number;
  readonly markdown: string;
}

export type ModelCommand = CreateModel | DescribeModel | RenameModel | DeleteModel | TagModel;
export type VersionCommand = CreateVersion | DescribeVersion | DeleteVersion | TagVersion;
export type PromotionCommand = TransitionStage | SetAlias | DeleteAlias | RollBack;
export type RulesCommand = SetRules | DeleteRules;
export type EvidenceCommand = ApproveVersion | WithdrawApproval | ReportCheck | WriteCard;
/** What is done to a model, named by it. */
export type NamedCommand = ModelCommand | VersionCommand | PromotionCommand | RulesCommand | EvidenceCommand;
export type RegistryCommand = NamedCommand | WebhookCommand;
