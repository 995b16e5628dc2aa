export {
  integer,
  jsonNumber,
  metricValue,
  optionalFlag,
  optionalInteger,
  optionalText,
  pageSize,
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
export { decodeOffset, encodePageToken, pageOf } from './page-token.ts';
export { readRequest } from './read-request.ts';
export {
  comparisonsIn,
  mapExpression,
  matchesExpression,
  type Clause,
  type Comparator,
  type Expression,
} from './search-expression.ts';
export { invalidComparator, notNumeric, parseExpression, parseFilter } from './search-filter.ts';
export { parseOrderBy, type OrderTerm } from './search-order.ts';
export { checkEntityKey, checkExperimentId, checkLength, checkRunId } from './validate-names.ts';
