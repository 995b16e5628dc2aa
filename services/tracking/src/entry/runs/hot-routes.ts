import type { HotRoutes } from '@millrace/service-kit';
import { RunLoggingController } from './run-logging.controller.ts';
import { RunsController } from './runs.controller.ts';

const prefixes = ['/api/2.0/mlflow/runs', '/ajax-api/2.0/mlflow/runs'];

/** What a training loop calls all the time. */
export const hotRoutes: HotRoutes = Object.fromEntries(
  prefixes.flatMap((prefix) => Object.entries(routesBelow(prefix))),
);

function routesBelow(prefix: string): HotRoutes {
  return {
    [`POST ${prefix}/create`]: (app) => {
      const controller = app.get(RunsController, { strict: false });
      return ({ body, headers }) => controller.create(body, headers);
    },
    [`GET ${prefix}/get`]: (app) => {
      const controller = app.get(RunsController, { strict: false });
      return ({ query }) => controller.get(query);
    },
    [`POST ${prefix}/log-metric`]: logging((controller, { body, headers }) => controller.logMetric(body, headers)),
    [`POST ${prefix}/log-parameter`]: logging((controller, { body, headers }) => controller.logParam(body, headers)),
    [`POST ${prefix}/log-batch`]: logging((controller, { body, headers }) => controller.logBatch(body, headers)),
    [`POST ${prefix}/set-tag`]: logging((controller, { body, headers }) => controller.setTag(body, headers)),
  };
}

type Request = Parameters<ReturnType<HotRoutes[string]>>[0];

function logging(call: (controller: RunLoggingController, request: Request) => Promise<unknown>): HotRoutes[string] {
  return (app) => {
    const controller = app.get(RunLoggingController, { strict: false });
    return (request) => call(controller, request);
  };
}
