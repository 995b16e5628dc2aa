import 'reflect-metadata';
import type { DynamicModule, INestApplicationContext, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serveApiDocs } from './api-docs.ts';
import { acceptBodies, type StreamsBody } from './body-parser.ts';
import { EarlyServer, type RequestHandler } from './early-server.ts';
import { takeHotRoutes, type HotRoutes } from './hot-routes.ts';
import { addOperationalRoutes } from './operational-routes.ts';
import { ProblemFilter, replyWithProblem, type ProblemReplies, type RenderProblem } from './problem-filter.ts';
import type { ProblemStatuses } from './problem.ts';
import { Readiness } from './readiness.ts';
import {
  readConfig,
  type baseConfig,
  type BaseConfig,
  type ConfigOf,
  type ConfigSections,
  type Environment,
} from './service-config.ts';
import { ServiceLog } from './service-log.ts';
import { ServiceMetrics } from './service-metrics.ts';
import { closeOnSignals, Shutdown } from './shutdown.ts';
import { KIT_PARTS, type KitParts } from './start-beside.ts';

/** Injection token of the configuration, in the shape that the service's sections give it. */
export const SERVICE_CONFIG = Symbol('service config');

export interface ServiceDefinition<S extends ConfigSections> {
  readonly name: string;
  readonly description: string;
  /** Must hold `service: baseConfig(port)`; every section is read from the environment. */
  readonly config: S;
  /** Its providers may inject SERVICE_CONFIG, ServiceLog, ServiceMetrics, Readiness and Shutdown, and the last four as KIT_PARTS. */
  readonly module: Type;
  /** Statuses of the codes that the common suffixes (`_NOT_FOUND`, `_INVALID`, …) do not settle. */
  readonly statuses?: ProblemStatuses;
  readonly renderProblem?: RenderProblem;
  readonly streamsBody?: StreamsBody;
  /** Routes of controllers that are answered without Nest's pipeline. */
  readonly hotRoutes?: HotRoutes;
  /** Routes that are no controllers, a proxy for instance, and hooks for all routes. */
  readonly extendHttp?: (fastify: FastifyInstance, context: HttpContext<S>) => Promise<void> | void;
}

export interface ServiceContext<S extends ConfigSections> {
  readonly config: ConfigOf<S>;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

interface HttpContext<S extends ConfigSections> extends ServiceContext<S> {
  readonly app: INestApplicationContext;
}

export interface StartOptions {
  readonly environment?: Environment;
  /** Tests run several services in one process and close them themselves. */
  readonly handleSignals?: boolean;
}

export interface RunningService {
  readonly url: string;
  readonly app: NestFastifyApplication;
  close(): Promise<void>;
}

/** Reads the configuration, listens, builds the module, and closes in order when told to. */
export async function startService<S extends ConfigSections & { service: ReturnType<typeof baseConfig> }>(
  definition: ServiceDefinition<S>,
  { environment = process.env, handleSignals = true }: StartOptions = {},
): Promise<RunningService> {
  const config = readConfig(definition.config, environment);
  const base = config.service as BaseConfig;
  const log = new ServiceLog({ service: definition.name, level: base.logLevel });
  const metrics = new ServiceMetrics(definition.name);
  const readiness = new Readiness();
  const shutdown = new Shutdown(log);
  const context: ServiceContext<S> = { config, log, metrics, readiness, shutdown };

  const early = new EarlyServer();
  const close = (): Promise<void> => {
    readiness.stop();
    return shutdown.run();
  };
  let app: NestFastifyApplication | undefined;
  // The server closes before the application: requests in flight still need what it holds.
  shutdown.add('http', 'application', () => app?.close());
  shutdown.add('http', 'server', () => early.close());
  if (handleSignals) closeOnSignals({ close, deadlineMs: base.shutdownDeadlineMs, log });
  const address = await early.listen(base.host, base.port);
  const url = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  log.info('listening', { url });

  try {
    app = await buildApplication(definition, context, early);
    log.info('started', { url });
    return { url, app, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function buildApplication<S extends ConfigSections>(
  definition: ServiceDefinition<S>,
  context: ServiceContext<S>,
  early: EarlyServer,
): Promise<NestFastifyApplication> {
  const { log, readiness, metrics, config } = context;
  const replies: ProblemReplies = {
    statuses: definition.statuses ?? {},
    render: definition.renderProblem ?? (() => undefined),
    log,
  };
  const base = config['service'] as BaseConfig;
  let serve: RequestHandler | undefined;
  const adapter = new FastifyAdapter({
    skipMiddie: true,
    trustProxy: false,
    bodyLimit: base.maxBodyBytes,
    routerOptions: { maxParamLength: 4096 },
    serverFactory: (handler: RequestHandler) => {
      serve = handler;
      return early.server;
    },
    frameworkErrors: (error: Error, request: unknown, reply: unknown) =>
      replyWithProblem(replies, { error, request: request as FastifyRequest, reply: reply as FastifyReply }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(withKit(definition, context), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(log),
  });
  // A page of another site must not be able to post to a service on the loopback interface.
  app.enableCsrfProtection();
  app.useGlobalFilters(new ProblemFilter(replies));
  const fastify = adapter.getInstance<FastifyInstance>();
  acceptBodies(fastify, { maxBytes: base.maxBodyBytes, streamsBody: definition.streamsBody ?? (() => false) });
  const connectHotRoutes = takeHotRoutes(fastify, definition.hotRoutes ?? {}, replies);
  addOperationalRoutes(fastify, { readiness, metrics });
  serveApiDocs(app, { title: `Millrace ${definition.name}`, description: definition.description });
  await app.init();
  connectHotRoutes(app);
  // After Nest has set its error handler: routes of plugins take over the one that they find.
  await definition.extendHttp?.(fastify, { ...context, app });
  await fastify.ready();
  if (serve) early.handOver(serve);
  return app;
}

function withKit<S extends ConfigSections>(
  definition: ServiceDefinition<S>,
  context: ServiceContext<S>,
): DynamicModule {
  class ServiceRoot {}
  const values = [
    { provide: SERVICE_CONFIG, useValue: context.config },
    { provide: ServiceLog, useValue: context.log },
    { provide: ServiceMetrics, useValue: context.metrics },
    { provide: Readiness, useValue: context.readiness },
    { provide: Shutdown, useValue: context.shutdown },
    { provide: KIT_PARTS, useValue: context satisfies KitParts },
  ];
  return {
    module: ServiceRoot,
    imports: [definition.module],
    providers: values,
    exports: values.map(({ provide }) => provide),
    global: true,
  };
}

/** Nest's own messages are of interest to someone who debugs the wiring, except when it warns. */
function nestLogger(log: ServiceLog): LoggerService {
  return {
    log: (message: unknown) => log.debug('nest', { message }),
    debug: (message: unknown) => log.debug('nest', { message }),
    verbose: (message: unknown) => log.debug('nest', { message }),
    warn: (message: unknown) => log.warn('nest', { message }),
    error: (message: unknown, ...rest: unknown[]) => log.error('nest', { message, rest }),
    fatal: (message: unknown, ...rest: unknown[]) => log.error('nest', { message, rest }),
  };
}
