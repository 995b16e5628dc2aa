import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { fixtureModel } from '../onnx/fixture-model.ts';
import { admitted } from '../onnx/refusal.ts';
import { DeployModel } from './deploy-model.ts';
import { endpoint, version } from './endpoint-under-test.ts';
import type { ModelFile } from './ports.ts';

const bytes = fixtureModel('linear-v1');
const promoted = { ...version(1), artifactHash: createHash('sha256').update(bytes).digest('hex') };

async function codeOf(file: ModelFile): Promise<string> {
  const deploy = new DeployModel({
    artifacts: { read: async () => file },
    trial: { run: async () => admitted({ loadMs: 1, batchMs: 1, peakBytes: 1 }) },
    limits: { maxModelBytes: 1_000_000, maxNodes: 1000, maxInputs: 100 },
    warmUpBatch: 1,
  });
  const verdict = await deploy.run(promoted, endpoint.signature);
  if (!verdict.ok) return verdict.refusal.code;
  await verdict.value.retire();
  return 'deployed';
}

it('deploys the file that was promoted and tells apart why another one is not', async () => {
  expect(await codeOf({ kind: 'file', bytes })).toBe('deployed');
  expect(await codeOf({ kind: 'file', bytes: fixtureModel('linear-v2') })).toBe('INFERENCE_ARTIFACT_HASH_MISMATCH');
  expect(await codeOf({ kind: 'missing' })).toBe('INFERENCE_ARTIFACT_MISSING');
  expect(await codeOf({ kind: 'too-large', maxBytes: 10 })).toBe('INFERENCE_MODEL_TOO_LARGE');
});
