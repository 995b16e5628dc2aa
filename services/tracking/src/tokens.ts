/** Injection tokens of what has no class of its own. */
export const TRACKING_JOURNAL = Symbol('experiments journal');
export const RUN_HISTORY = Symbol('run history');
export const VERSION_SOURCES = Symbol('sources of model versions');
export const GRAPHQL_SOURCES = Symbol('what GraphQL answers from');
export const METRIC_HISTORY = Symbol('metric history');
