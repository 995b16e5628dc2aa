import { fixtureModel } from '../onnx/fixture-model.ts';
import { OnnxScorer } from '../onnx/onnx-scorer.ts';
import type { Verdict } from '../onnx/refusal.ts';
import { admitted, refused } from '../onnx/refusal.ts';
import type { Endpoint } from './endpoints-domain.ts';
import type { ModelVersion } from './model-version.ts';
import type { ServedEndpointPorts } from './served-endpoint.ts';
import { ServedEndpoint } from './served-endpoint.ts';

/** For this package's own tests. */
export const endpoint: Endpoint = {
  name: 'fraud',
  signature: {
    featureService: 'payments',
    featureServiceVersion: 1,
    features: ['a', 'b', 'c'].map((name) => ({ name, type: 'double' })),
  },
  model: { name: 'fraud-model', target: 'alias:champion' },
  startFrom: 'now',
  id: 3,
  createdAtMs: 1000,
  createdBy: 'ana',
  scoresSinceMs: null,
};

export function version(number: number): ModelVersion {
  return {
    model: 'fraud-model',
    version: String(number),
    artifactHash: `hash-${number}`,
    artifactUri: `mlflow-artifacts:/${number}/model.onnx`,
    promotedAtMs: 1000 * number,
  };
}

/** For this package's own tests: an endpoint whose deployments end as told; everything that it does to the outside is written down. */
export class EndpointUnderTest {
  readonly did: string[] = [];
  readonly verdicts = new Map<string, () => Promise<Verdict<OnnxScorer>>>();
  readonly served: ServedEndpoint;

  constructor(of: Endpoint = endpoint) {
    const ports: ServedEndpointPorts = {
      deploy: async (version) => {
        this.did.push(`deploy ${version.version}`);
        return (await this.verdicts.get(version.version)?.()) ?? (await EndpointUnderTest.load());
      },
      activate: async (endpoint, first) => {
        this.did.push(`activate with ${first.version}`);
        return endpoint.createdAtMs;
      },
      openStream: async (_, scoresSinceMs) => {
        this.did.push(`open stream since ${scoresSinceMs}`);
        return {
          health: { lag: 0, stoppedBy: null },
          stop: async () => {
            this.did.push('stop stream');
          },
        };
      },
      now: () => 5000,
      log: { info: () => undefined, warn: () => undefined },
      retryPauseMs: (attempt) => {
        this.did.push(`pause ${attempt}`);
        return 0;
      },
      onSwap: ({ version }) => this.did.push(`swap to ${version}`),
      onRefusal: ({ code }) => this.did.push(`refuse ${code}`),
    };
    this.served = new ServedEndpoint(of, ports);
  }

  static async load(): Promise<Verdict<OnnxScorer>> {
    return admitted(
      await OnnxScorer.load(
        fixtureModel('linear-v1'),
        {
          inputs: { kind: 'matrix', input: 'features', elementType: 'float32', width: 3 },
          output: { name: 'score', kind: 'single' },
        },
        1,
      ),
    );
  }

  refuse(number: number): void {
    this.verdicts.set(String(number), async () => refused('INFERENCE_MODEL_CUSTOM_OPERATORS', 'not ours'));
  }

  async settled(): Promise<void> {
    while (!this.served.settled) await new Promise((resolve) => setImmediate(resolve));
  }
}
