import type { PinnedArtifact, Stage } from './registry-state.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface CreateModel {
  readonly type: 'create-model';
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly Tag[];
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
}
interface TagVersion {
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
}
export interface SetAlias {
  readonly type: 'set-alias';
  readonly name: string;
  readonly alias: string;
  readonly version: number;
  readonly artifact: PinnedArtifact | null;
}
interface DeleteAlias {
  readonly type: 'delete-alias';
  readonly name: string;
  readonly alias: string;
}

export type ModelCommand = CreateModel | DescribeModel | RenameModel | DeleteModel | TagModel;
export type VersionCommand = CreateVersion | DescribeVersion | DeleteVersion | TagVersion;
export type PromotionCommand = TransitionStage | SetAlias | DeleteAlias;
export type RegistryCommand = ModelCommand | VersionCommand | PromotionCommand;
