import { isMlflowPath } from '@millrace/mlflow-protocol';
import { parseRequest } from '@millrace/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Subject } from '../roles/subject.ts';
import type { Access } from './access.ts';
import { unknownSubject } from './refusals.ts';
import type { Named } from './route-needs.ts';

/** Where a service is asked what a thing of its own belongs to. */
export const subjectsPath = '/api/v1/access/subjects';

const kinds = [
  'experiment',
  'experiment-name',
  'run',
  'logged-model',
  'trace',
  'artifact-path',
  'artifact-uri',
  'model',
  'endpoint',
] as const satisfies readonly Named['kind'][];
const subjectQuery = z.object({ kind: z.enum(kinds), id: z.string().min(1).max(4096) });

/**
 * Has every route ask first who it is and what they may. As hooks of Fastify and not as guards of Nest: hot routes have no guards.
 * While nobody has to sign in there are no hooks, and they cost nothing.
 */
export function guardRoutes(fastify: FastifyInstance, access: Access): void {
  if (!access.isOn) return;
  fastify.addHook('onRequest', async (request, reply) => {
    const pattern = request.routeOptions.url;
    if (pattern === undefined) return; // No such route, which is no secret.
    try {
      await access.signIn({ method: request.method, pattern }, request.headers);
    } catch (error) {
      challenge(request, reply);
      throw error;
    }
  });
  fastify.addHook('preHandler', async (request) => {
    const pattern = request.routeOptions.url;
    if (pattern !== undefined) await access.permit({ method: request.method, pattern }, request);
  });
  fastify.get(subjectsPath, async (request): Promise<Subject> => {
    const named = parseRequest(subjectQuery, request.query);
    const subject = await access.subjectOf(named);
    if (subject === null) throw unknownSubject(named);
    return subject;
  });
}

/** As MLflow's server words it under its paths: its clients and browsers ask for a password then. */
function challenge({ url }: FastifyRequest, reply: FastifyReply): void {
  const isMlflow = isMlflowPath(url.split('?', 1)[0] ?? '/');
  void reply.header('www-authenticate', isMlflow ? 'Basic realm="mlflow"' : 'Basic realm="millrace", Bearer');
}
