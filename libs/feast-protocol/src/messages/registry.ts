import { message, messages, MessageType, text } from '../wire/message-type.ts';
import { dataSource, type DataSource } from './data-source.ts';
import { entity, type Entity } from './entity.ts';
import { featureService, type FeatureService } from './feature-service.ts';
import { featureView, type FeatureView } from './feature-view.ts';
import { onDemandFeatureView, type OnDemandFeatureView } from './on-demand-feature-view.ts';
import { seconds, type Seconds } from './well-known.ts';

/** `feast.core.Project`. */
export interface Project {
  readonly spec?: { readonly name?: string; readonly description?: string };
}

/** `feast.core.Registry`: what the file of Feast's file registry holds. */
export interface Registry {
  readonly entities?: readonly Entity[];
  readonly registrySchemaVersion?: string;
  readonly versionId?: string;
  readonly lastUpdated?: Seconds;
  readonly featureViews?: readonly FeatureView[];
  readonly featureServices?: readonly FeatureService[];
  readonly onDemandFeatureViews?: readonly OnDemandFeatureView[];
  readonly dataSources?: readonly DataSource[];
  readonly projects?: readonly Project[];
}

const projectSpec = new MessageType<NonNullable<Project['spec']>>(() => ({ name: text(1), description: text(2) }));
export const project = new MessageType<Project>(() => ({ spec: message(1, projectSpec) }));

export const registry = new MessageType<Registry>(() => ({
  entities: messages(1, entity),
  registrySchemaVersion: text(3),
  versionId: text(4),
  lastUpdated: message(5, seconds),
  featureViews: messages(6, featureView),
  featureServices: messages(7, featureService),
  onDemandFeatureViews: messages(8, onDemandFeatureView),
  dataSources: messages(12, dataSource),
  projects: messages(17, project),
}));
