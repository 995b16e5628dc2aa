import type { FeatureServiceDefinition, FeatureViewDefinition } from '@millrace/feature-engine';
import { labelOf } from './definition-label.ts';
import { originOf, type FeaturesState } from './definitions-domain.ts';

/** The source whose present build lacks the view, or the service or one of its views; undefined when it can answer. */
export function unfinishedSource(
  { definitions, sources, origins }: FeaturesState,
  definition: FeatureViewDefinition | FeatureServiceDefinition,
): string | undefined {
  const needed: (FeatureViewDefinition | FeatureServiceDefinition)[] = [definition];
  if (definition.kind === 'feature-service') {
    for (const { view, version } of definition.views) {
      const found = definitions.featureViews.get(`${view}@${version}`);
      if (found) needed.push(found);
    }
  }
  return needed.find((one) => originOf(origins, labelOf(one)).build > (sources.get(one.source)?.live ?? 0))?.source;
}
