import type { LogTables } from '@millrace/feature-engine';
import type { FeaturesState } from './definitions-domain.ts';
import { deadLetterGroupOf, ledgerLatenessMs, type PlannedService } from './source-blueprint.ts';

/** Which life of a source's topic is read now. */
export function generationOf(state: FeaturesState, source: string): number {
  return state.sources.get(source)?.generation ?? 0;
}

/**
 * Where the logs of a service's views lie in ClickHouse, in the life they are in now. Cuts of a vector are positions in the
 * logs of the build that made it: plan the service in that build.
 */
export function logTables(state: FeaturesState, service: PlannedService, database: string): LogTables {
  const generations = Object.fromEntries([...state.sources].map(([name, { generation }]) => [name, generation]));
  const lanes = Object.fromEntries(service.views.map(({ log }) => [log.view.id, log.lane]));
  const deadLetters = Object.fromEntries([...state.sources.keys()].map((name) => [name, deadLetterGroupOf(name)]));
  const sources = new Set(service.views.map(({ log }) => log.view.source.name));
  const latenesses = Object.fromEntries([...sources].map((name) => [name, ledgerLatenessMs(state, name)]));
  return { database, generations, lanes, deadLetters, ledgerLatenessMs: latenesses, repeats: 'stored' };
}
