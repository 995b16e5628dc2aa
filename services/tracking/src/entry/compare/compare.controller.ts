import { Body, Controller, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonQuery, ApiProblems, parseRequest } from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import { randomBytes } from 'node:crypto';
import { CompareRuns } from '../../flow/compare/compare-runs.ts';
import { sendJsonStream } from '../send-json-stream.ts';
import { comparePage } from './compare-page.ts';
import { comparisonBody, comparisonQuery, comparisonRequest } from './compare-requests.ts';
import { comparisonJson } from './comparison-json.ts';

@ApiTags('comparison')
@ApiProblems(404, 413, 503)
@Controller()
export class CompareController {
  readonly #compare: CompareRuns;

  constructor(@Inject(CompareRuns) compare: CompareRuns) {
    this.#compare = compare;
  }

  @Get('api/v1/compare')
  @ApiJsonQuery(comparisonQuery)
  async get(@Query() input: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendJsonStream(
      reply,
      comparisonJson(await this.#compare.compare(comparisonRequest(parseRequest(comparisonQuery, input)))),
    );
  }

  /** The same for more runs than an address holds. */
  @Post('api/v1/compare')
  @HttpCode(200)
  @ApiJsonBody(comparisonBody)
  async post(@Body() input: unknown, @Res() reply: FastifyReply): Promise<void> {
    await sendJsonStream(
      reply,
      comparisonJson(await this.#compare.compare(comparisonRequest(parseRequest(comparisonBody, input)))),
    );
  }

  /** The comparison as a page: `/compare?runs=ID,ID`, or of a share link: `/compare?link=ID`. */
  @Get('compare')
  page(@Res() reply: FastifyReply): void {
    const nonce = randomBytes(16).toString('base64');
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      .send(comparePage(nonce));
  }
}
