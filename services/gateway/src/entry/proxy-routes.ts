import httpProxy from '@fastify/http-proxy';
import { UnavailableError, type ServiceContext } from '@millrace/service-kit';
import type { FastifyInstance } from 'fastify';
import type { config } from '../config.ts';
import { routes, type Route } from '../flow/routes.ts';

/** Passes requests on as streams in both directions: nothing is held, whatever its size. */
export async function addProxyRoutes(fastify: FastifyInstance, context: ServiceContext<typeof config>): Promise<void> {
  const { upstreams, proxy } = context.config;
  const failures = context.metrics.counter({
    name: 'upstream_failures_total',
    help: 'Requests that a service did not answer.',
    labels: ['upstream'],
  });
  for (const route of routes) {
    await fastify.register(httpProxy, {
      ...optionsOf(route, upstreams[route.upstream]),
      undici: {
        // Whoever listens holds a connection for hours, and must not keep it from others.
        connections: route.streams ? null : proxy.connections,
        headersTimeout: proxy.answerTimeoutMs,
        bodyTimeout: route.streams ? 0 : proxy.answerTimeoutMs,
      },
      replyOptions: {
        // A service that tells its client an address for later tells the one under which it came here.
        rewriteRequestHeaders: (request, headers) => ({
          ...headers,
          'x-forwarded-host': headers['x-forwarded-host'] ?? request.headers.host,
        }),
        // A refusal to serve now is the caller's to act on, with the Retry-After that came with it.
        retryDelay: () => null,
        onError: (reply, { error }) => {
          failures.inc({ upstream: route.upstream });
          void reply.send(unreachable(route, error));
        },
      },
    });
  }
}

function optionsOf({ prefix, becomes }: Route, upstream: string) {
  return {
    upstream,
    prefix,
    rewritePrefix: becomes ?? prefix,
    disableRequestLogging: true,
    // The service kit's parser hands bodies on as streams; a second one must not be added.
    preValidation: (_request: unknown, _reply: unknown, done: () => void) => done(),
  };
}

function unreachable({ upstream }: Route, cause: unknown): UnavailableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnavailableError('GATEWAY_UPSTREAM_UNAVAILABLE', `the ${upstream} service does not answer: ${reason}`, {
    cause,
  });
}
