import type { FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** /health/live, /health/ready and /metrics, and the time that each route takes. */
export function addOperationalRoutes(
  fastify: FastifyInstance,
  { readiness, metrics }: { readiness: Readiness; metrics: ServiceMetrics },
): void {
  fastify.get('/health/live', async () => ({ status: 'live' }));

  fastify.get('/health/ready', async (_request, reply) => {
    const { ready, checks } = await readiness.report();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', checks });
  });

  fastify.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer, by route and status.',
    labels: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  fastify.addHook('onResponse', async (request, reply) => {
    // The pattern, not the path: a label per id would never end.
    const route = request.routeOptions.url ?? 'none';
    if (route === '/metrics' || route.startsWith('/health/')) return;
    duration.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
}
