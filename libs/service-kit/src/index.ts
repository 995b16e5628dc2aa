export { ApiJsonBody, ApiJsonQuery, ApiJsonResponse, ApiProblems, openApiSchema } from './api-docs.ts';
export type { StreamsBody } from './body-parser.ts';
export { callerOf, nameCaller, type Caller } from './caller.ts';
export { CodedError, isTransient, UnavailableError, type CodedErrorOptions, type Fault } from './coded-error.ts';
export {
  clickhouseConfigFromEnv,
  eventsConfigFromEnv,
  onlineStoreConfigFromEnv,
  type ClickhouseSettings,
  type EventsSettings,
  type OnlineStoreSettings,
} from './connection-config.ts';
export { crashPoint } from './crash-point.ts';
export type { HotRoutes } from './hot-routes.ts';
export { momentText, readMoment, type Moment } from './moment.ts';
export { faultsOfIssues, parseRequest, pathText } from './parse-request.ts';
export type { RenderProblem } from './problem-filter.ts';
export { problemOf, type Problem, type ProblemStatuses } from './problem.ts';
export { Readiness, type CheckResult, type ReadinessCheck } from './readiness.ts';
export {
  baseConfig,
  flagSetting,
  numberSetting,
  readConfig,
  textSetting,
  urlSetting,
  type BaseConfig,
  type ConfigOf,
  type ConfigSections,
  type Environment,
} from './service-config.ts';
export { ServiceLog, type LogLevel } from './service-log.ts';
export { ServiceMetrics } from './service-metrics.ts';
export { Shutdown, type ShutdownPhase } from './shutdown.ts';
export {
  KIT_PARTS,
  startBeside,
  type Beside,
  type BesideOptions,
  type GroupPart,
  type KitParts,
} from './start-beside.ts';
export {
  SERVICE_CONFIG,
  startService,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  type StartOptions,
} from './start-service.ts';
export { untilAvailable } from './until-available.ts';
