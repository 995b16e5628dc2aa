export { artifactsDirectory, readAddresses, type Addresses } from './addresses.ts';
export { reset, up } from './instance.ts';
export { killServer, restartServer, startServer, stopServer } from './one-server.ts';
export { instancePaths, repositoryRoot, type InstancePaths } from './paths.ts';
export { choosePort } from './ports.ts';
export { runningProcess } from './server-process.ts';
export { serverNames, type ServerName } from './servers/server.ts';
export { serviceNames, serviceUrls, type ServiceName } from './service-names.ts';
export { ServiceProcess, stopLeftServices, type ServiceOptions } from './service-process.ts';
