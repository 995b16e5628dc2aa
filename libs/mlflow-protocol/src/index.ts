export { checkNamesNoHost, fullyDecoded, splitArtifactUri } from './artifact-uri.ts';
export {
  integer,
  jsonNumber,
  metricValue,
  optionalFlag,
  optionalInteger,
  optionalText,
  pageSize,
  protoEnum,
  tagEntry,
  tagList,
  text,
  textList,
  timestampMs,
} from './fields.ts';
export { matchesClause } from './match-clause.ts';
export {
  doesNotExist,
  invalidParameter,
  isMlflowPath,
  mlflowErrorBody,
  MlflowError,
  mlflowStatuses,
  type MlflowErrorCode,
} from './mlflow-error.ts';
export { otlpErrorBody, otlpTracesPath } from './otlp-error.ts';
export { decodeOffset, encodePageToken, readPageToken } from './page-token.ts';
export { searchRecords, type RecordPage, type RecordQuery, type Searchable } from './record-search.ts';
export { readRequest } from './read-request.ts';
export {
  comparators,
  comparisonsIn,
  mapExpression,
  matchesExpression,
  type Clause,
  type Comparator,
  type Expression,
} from './search-expression.ts';
export { invalidComparator, notNumeric, notTexts, parseExpression, parseFilter } from './search-filter.ts';
export { parseOrderBy, type OrderTerm } from './search-order.ts';
export {
  checkEntityKey,
  checkExperimentId,
  checkLength,
  checkMetricKey,
  checkNormal,
  checkParamKey,
  checkRunId,
  cutTo,
  normalPath,
} from './validate-names.ts';
