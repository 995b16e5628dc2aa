export { routesOfModule, type ControllerRoute } from './controller-routes.ts';
export {
  serverNames,
  serviceNames,
  type Addresses,
  type ServerName,
  type ServiceName,
  type ServiceProcess,
} from '@millrace/stack';
export { mutatingRoutes, type MutatingRoute } from './mutating-routes.ts';
export { s3Server, type S3Server } from './s3-server.ts';
export { mlflowServer, type MlflowServer } from './mlflow-server.ts';
export { runMlflowBed, untilLive, type MlflowBed } from './mlflow-bed.ts';
export { mlflow2, mlflow3, mlflowTestNames, startMlflowTests, type MlflowClient } from './mlflow-clients.ts';
export type { PythonTests } from './python-tests.ts';
export { securedHttp, securedKafka, securedRedis, type SecuredServer } from './secured-servers.ts';
export { stackAddresses } from './stack-addresses.ts';
export { testNamespace, type TestNamespace } from './stack-namespace.ts';
export { privateStack, StackServers, type PrivateStack } from './stack-servers.ts';
export { RunningServices, runServices, type RunServicesOptions } from './stack-services.ts';
export { throwAwayAuthority, type ThrowAwayAuthority } from './throw-away-authority.ts';
