import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import type { Monitor } from '../flow/monitor.ts';
import { ManageMonitors, monitorNotFound } from '../flow/manage-monitors.ts';
import { monitorDefinition, newMonitor } from './monitor-request.ts';
import { monitorView, viewMonitor } from './monitor-view.ts';
import type { MonitorView } from './monitor-view.ts';

@Controller('api/v1/drift/monitors')
@ApiProblems(404, 409, 503)
export class MonitorsController {
  readonly #manage: ManageMonitors;
  readonly #access: Access;

  constructor(@Inject(ManageMonitors) manage: ManageMonitors, @Inject(Access) access: Access) {
    this.#manage = manage;
    this.#access = access;
  }

  @Post()
  @ApiJsonBody(newMonitor, 'A monitor: the same definition again changes nothing')
  @ApiJsonResponse(201, monitorView)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<MonitorView> {
    const definition = monitorDefinition(parseRequest(newMonitor, body));
    return viewMonitor(await this.#manage.create(definition, callerOf(headers)));
  }

  @Get()
  @ApiJsonResponse(200, z.object({ monitors: z.array(monitorView) }))
  async list(@Headers() headers: IncomingHttpHeaders): Promise<{ monitors: MonitorView[] }> {
    return { monitors: (await this.#seen(headers, await this.#manage.list())).map(viewMonitor) };
  }

  @Get(':name')
  @ApiJsonResponse(200, monitorView)
  async get(@Param('name') name: string, @Headers() headers: IncomingHttpHeaders): Promise<MonitorView> {
    const [monitor] = await this.#seen(headers, [await this.#manage.get(name)]);
    if (monitor === undefined) throw monitorNotFound(name);
    return viewMonitor(monitor);
  }

  @Delete(':name')
  @HttpCode(204)
  async delete(@Param('name') name: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    await this.#manage.delete(name, callerOf(headers));
  }

  /** A monitor whose endpoint was deleted belongs to nothing: who sees everything sees it. */
  #seen(headers: IncomingHttpHeaders, monitors: readonly Monitor[]): Promise<readonly Monitor[]> {
    return this.#access.seen(headers, monitors, ({ name: id }) => ({ kind: 'monitor', id }));
  }
}
