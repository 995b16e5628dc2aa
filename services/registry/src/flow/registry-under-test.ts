import type { Applied, CommandMeta } from '@millrace/events';
import { registryDomain } from './registry-domain.ts';
import type { CreateVersion, RegistryCommand } from './registry-commands.ts';
import type { ModelVersion, PinnedArtifact, RegistryState } from './registry-state.ts';

const pinned: PinnedArtifact = {
  kind: 'onnx',
  hash: 'ab'.repeat(32),
  uri: 'mlflow-artifacts:/1/m/artifacts/model.onnx',
  sizeBytes: 9,
};

/** A version as it is just after its registration. */
export function aVersion(own: Partial<ModelVersion> = {}): ModelVersion {
  return {
    name: 'fraud',
    version: 1,
    source: 'runs:/r1/model',
    storageLocation: 'mlflow-artifacts:/1/r1/artifacts/model',
    runId: 'r1',
    runLink: null,
    modelId: null,
    createdBy: 'ada',
    createdAtMs: 1000,
    updatedAtMs: 1000,
    description: null,
    stage: 'None',
    stageSince: 0,
    archivedAtMs: null,
    semanticVersion: null,
    semanticProposal: null,
    facts: null,
    tags: new Map(),
    artifact: pinned,
    approvals: new Map(),
    checks: new Map(),
    cards: [],
    ...own,
  };
}

/** A registry that commands are given to one after the other, a second apart. */
export class RegistryUnderTest {
  readonly state: RegistryState = registryDomain.initial();
  offset = 0;

  apply(command: RegistryCommand, actor = 'ada'): Applied {
    const { offset } = this;
    const meta: CommandMeta = { offset, atMs: 1000 * offset, actor, requestId: `r${offset}`, commandId: `c${offset}` };
    this.offset += 1;
    return registryDomain.apply(this.state, command, meta);
  }

  create(name = 'fraud'): Applied {
    return this.apply({ type: 'create-model', name, description: null, tags: [] });
  }

  register(own: Partial<CreateVersion> = {}, actor = 'ada'): Applied {
    return this.apply(
      {
        type: 'create-version',
        name: 'fraud',
        source: 'runs:/r1/model',
        storageLocation: 'mlflow-artifacts:/1/r1/artifacts/model',
        runId: 'r1',
        runLink: null,
        modelId: null,
        description: null,
        tags: [],
        artifact: pinned,
        ...own,
      },
      actor,
    );
  }

  setAlias(version: number, metrics: Record<string, number | null> = {}, alias = 'champion'): Applied {
    return this.apply({ type: 'set-alias', name: 'fraud', alias, version, artifact: null, metrics });
  }

  transition(version: number, stage: ModelVersion['stage'], archiveExisting = false): Applied {
    return this.apply({ type: 'transition-stage', name: 'fraud', version, stage, archiveExisting, artifact: null });
  }
}
