import { feastErrorDetail, isFeastPath } from '@millrace/feast-protocol';
import { isMlflowPath, mlflowErrorBody, otlpErrorBody, otlpTracesPath } from '@millrace/mlflow-protocol';
import type { ServiceDefinition } from '@millrace/service-kit';
import { config } from './config.ts';
import { addProxyRoutes } from './entry/proxy-routes.ts';
import { upstreamNames } from './flow/routes.ts';
import { upstreamReadiness } from './flow/upstream-readiness.ts';
import { GatewayModule } from './gateway.module.ts';

/** One address for all clients. It holds no state: it is ready when all services behind it are. */
export const gateway: ServiceDefinition<typeof config> = {
  name: 'gateway',
  description: `One address for all services. The documentation of each: ${upstreamNames.map((name) => `[${name}](/services/${name}/docs)`).join(', ')}.`,
  config,
  module: GatewayModule,
  renderProblem: (problem, path) => {
    if (path === otlpTracesPath) return { body: otlpErrorBody(problem) };
    if (isFeastPath(path)) return { body: feastErrorDetail(problem) };
    return isMlflowPath(path) ? { body: mlflowErrorBody(problem) } : undefined;
  },
  streamsBody: () => true,
  extendHttp: async (fastify, context) => {
    for (const name of upstreamNames) {
      context.readiness.add(name, () => upstreamReadiness(context.config.upstreams[name]));
    }
    await addProxyRoutes(fastify, context);
  },
};
