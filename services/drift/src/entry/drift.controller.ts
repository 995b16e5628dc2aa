import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Header, Headers, Inject, Param, Query } from '@nestjs/common';
import { Access, type Named } from '@millrace/people';
import { ApiJsonQuery, ApiJsonResponse, ApiProblems, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { ManageMonitors } from '../flow/manage-monitors.ts';
import { endpointPage } from '../page/endpoint-page.ts';
import { DriftReader } from '../store/drift-reader.ts';
import type { DriftQuery } from '../store/drift-reader.ts';
import { alertView, reportView, viewAlert, viewReport } from './drift-view.ts';
import type { AlertView, ReportView } from './drift-view.ts';

const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2025-01-31T00:00:00Z' });
const driftQuery = z.strictObject({
  endpoint: z.string().min(1).optional(),
  monitor: z.string().min(1).optional(),
  from: time.optional().describe('Windows that begin at or after it'),
  to: time.optional().describe('Windows that begin before it'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const PAGE_WINDOWS = 60;
const PAGE_ALERTS = 200;

@Controller('api/v1/drift')
@ApiProblems(503)
export class DriftController {
  readonly #reader: DriftReader;
  readonly #monitors: ManageMonitors;
  readonly #access: Access;

  constructor(
    @Inject(DriftReader) reader: DriftReader,
    @Inject(ManageMonitors) monitors: ManageMonitors,
    @Inject(Access) access: Access,
  ) {
    this.#reader = reader;
    this.#monitors = monitors;
    this.#access = access;
  }

  @Get('reports')
  @ApiJsonQuery(driftQuery)
  @ApiJsonResponse(
    200,
    z.object({ reports: z.array(reportView) }),
    'The newest report of each window, newest window first',
  )
  async reports(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders): Promise<{ reports: ReportView[] }> {
    const seen = await this.#seenBy(headers, readQuery(query));
    return { reports: (await this.#reader.reports(seen)).map(viewReport) };
  }

  @Get('alerts')
  @ApiJsonQuery(driftQuery)
  @ApiJsonResponse(200, z.object({ alerts: z.array(alertView) }), 'Every alert once, newest window first')
  async alerts(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders): Promise<{ alerts: AlertView[] }> {
    const seen = await this.#seenBy(headers, readQuery(query));
    return { alerts: (await this.#reader.alerts(seen)).map(viewAlert) };
  }

  @Get('pages/:endpoint')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  async page(@Param('endpoint') endpoint: string, @Headers() headers: IncomingHttpHeaders): Promise<string> {
    // Nothing is shown but of its monitors.
    const [seen] = await this.#access.seen(headers, [endpoint], endpointNamed);
    const monitors = (await this.#monitors.list()).filter((monitor) => monitor.endpoint === seen);
    const [reports, alerts] = await Promise.all([
      this.#reader.reports({ endpoint, limit: PAGE_WINDOWS }),
      this.#reader.alerts({ endpoint, limit: PAGE_ALERTS }),
    ]);
    return endpointPage({ endpoint, monitors, reports, alerts });
  }

  /** A limit counts what is shown, so what is hidden is left out where it is read. */
  async #seenBy(headers: IncomingHttpHeaders, query: DriftQuery): Promise<DriftQuery> {
    if (this.#access.sight(headers) === null) return query;
    const asked = query.endpoint === undefined ? await this.#reader.endpoints() : [query.endpoint];
    return { ...query, endpoints: await this.#access.seen(headers, asked, endpointNamed) };
  }
}

function endpointNamed(id: string): Named {
  return { kind: 'endpoint', id };
}

function readQuery(query: unknown): DriftQuery {
  const { from, to, ...rest } = parseRequest(driftQuery, query);
  return {
    ...rest,
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
}
