export {
  FeastError,
  feastErrorDetail,
  feastErrors,
  feastStatuses,
  isFeastPath,
  type FeastErrorCode,
} from './feast-error.ts';
export {
  answerName,
  checkNames,
  readFeatureReference,
  readVersionedName,
  versionedViewName,
  type FeatureReference,
} from './feature-reference.ts';
export { dataSource, sourceTypes, type DataSource } from './messages/data-source.ts';
export { entity, type Entity } from './messages/entity.ts';
export { featureService, type FeatureService, type FeatureViewProjection } from './messages/feature-service.ts';
export { featureView, type FeatureView } from './messages/feature-view.ts';
export type { FeatureSpec } from './messages/feature.ts';
export { onDemandFeatureView, type OnDemandFeatureView } from './messages/on-demand-feature-view.ts';
export { answerRegistryCall } from './messages/registry-calls.ts';
export { registry, type Registry } from './messages/registry.ts';
export { valueTypes } from './messages/value-type.ts';
export { secondsOf } from './messages/well-known.ts';
export {
  doubleText,
  writeOnlineAnswer,
  type AnswerColumn,
  type FieldStatus,
  type ShownType,
  type ViewVersion,
} from './online-answer.ts';
export { readOnlineRequest, shown, type OnlineRequest } from './online-request.ts';
export { FeastFormatError } from './wire/wire-reader.ts';
export { readPushRequest, readWriteRequest, type Frame, type PushRequest, type WriteRequest } from './write-request.ts';
