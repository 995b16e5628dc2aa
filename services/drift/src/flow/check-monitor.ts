import type { Fault } from '@millrace/service-kit';
import type { MonitorDefinition } from './monitor.ts';

/** What the platform knows of the things that a monitor names. */
export interface Neighbours {
  /** Names of the features that an endpoint scores, null when there is no such endpoint. */
  featuresOf(endpoint: string): Promise<readonly string[] | null>;
  isFeatureService(name: string, version: number): Promise<boolean>;
}

const SCORE = 'score';

/** Everything that a monitor names and that does not exist, with its path: it would watch in silence for ever. */
export async function faultsOfMonitor(monitor: MonitorDefinition, neighbours: Neighbours): Promise<Fault[]> {
  const { endpoint, reference, rules } = monitor;
  const features = await neighbours.featuresOf(endpoint);
  const faults: Fault[] = [];
  if (features === null)
    faults.push({ path: 'endpoint', message: `there is no endpoint "${endpoint}": make it first` });
  if (reference.type === 'vectors') {
    const { featureService, version } = reference;
    if (!(await neighbours.isFeatureService(featureService, version))) {
      faults.push({
        path: 'reference.featureService',
        message: `there is no feature service "${featureService}" at version ${version}: apply its definition first`,
      });
    }
  }
  if (features !== null) faults.push(...unknownFeatures(rules, features));
  return faults;
}

function unknownFeatures(rules: MonitorDefinition['rules'], known: readonly string[]): Fault[] {
  return rules.flatMap((rule, i) => {
    if (rule.rule !== 'ks-p-value') return [];
    return (rule.features ?? []).flatMap((name, k) =>
      name === SCORE || known.includes(name)
        ? []
        : [{ path: `rules[${i}].features[${k}]`, message: `the endpoint scores no feature "${name}"` }],
    );
  });
}
