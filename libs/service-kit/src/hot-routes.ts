import type { INestApplicationContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { replyWithProblem, type ProblemReplies } from './problem-filter.ts';

type HotHandler = (request: FastifyRequest) => Promise<unknown>;

/**
 * Handlers by method and pattern (`POST /api/runs/create`) of routes that a controller has and that are called so often
 * that Nest's pipeline is most of their cost. The handler calls the controller itself, so that the route is written, checked
 * and documented once; guards, pipes and interceptors do not run, and the status is 200.
 */
export type HotRoutes = Readonly<Record<string, (app: INestApplicationContext) => HotHandler>>;

/** To be called before the controllers are routed. Gives what connects the routes once the application is there. */
export function takeHotRoutes(
  fastify: FastifyInstance,
  routes: HotRoutes,
  replies: ProblemReplies,
): (app: INestApplicationContext) => void {
  const handlers = new Map<string, HotHandler>();
  const taken = new Set<string>();
  fastify.addHook('onRoute', (route) => {
    const name = `${String(route.method)} ${route.url}`;
    if (routes[name] === undefined) return;
    taken.add(name);
    route.handler = async (request, reply) => {
      try {
        return await handlers.get(name)?.(request);
      } catch (error) {
        replyWithProblem(replies, { error, request, reply });
        return reply;
      }
    };
  });
  return (app) => {
    for (const [name, handlerOf] of Object.entries(routes)) {
      if (!taken.has(name)) throw new Error(`no controller has the route "${name}" that is to be hot`);
      handlers.set(name, handlerOf(app));
    }
  };
}
