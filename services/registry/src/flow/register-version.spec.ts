import { expect, test } from 'vitest';
import { GatherFacts, type TrackedRuns } from './lineage/gather-facts.ts';
import type { ModelArtifacts, RegistryJournal } from './ports.ts';
import { RegisterVersion } from './register-version.ts';
import { registryDomain } from './registry-domain.ts';

const nothingTracked: TrackedRuns = {
  run: () => Promise.resolve(null),
  filesOf: () => Promise.resolve([]),
  text: () => Promise.resolve(null),
};
const meta = { offset: 0, atMs: 0, actor: 'ada', requestId: 'r', commandId: 'c' };

function register(source: string): Promise<unknown> {
  const state = registryDomain.initial();
  registryDomain.apply(state, { type: 'create-model', name: 'fraud', description: null, tags: [] }, meta);
  const journal: RegistryJournal = {
    read: () => Promise.resolve(state),
    submit: () => Promise.reject(new Error('nothing should be appended')),
  };
  // What the adapter does with a source before it asks.
  const artifacts: ModelArtifacts = { resolve: async (uri) => (encodeURIComponent(uri), null) };
  const request = { runId: null, runLink: null, modelId: null, description: null, tags: [] };
  return new RegisterVersion(journal, artifacts, new GatherFacts(nothingTracked)).run(
    { name: 'fraud', source, ...request },
    { actor: 'ada', requestId: 'r' },
  );
}

test.each(['models:/100%/1', 'models:/%zz@champion', 'runs:/\ud800/model', 'models:/absent/1'])(
  'a source that names nothing is the fault of the request: %j',
  async (source) => {
    await expect(register(source)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
  },
);
