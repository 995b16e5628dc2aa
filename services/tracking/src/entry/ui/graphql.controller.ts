import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { optionalText, readRequest, text } from '@millrace/mlflow-protocol';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonQuery } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { answerDocument } from '../../flow/graphql/answer-document.ts';
import { GRAPHQL_SOURCES } from '../../tokens.ts';
import { guardOperations } from '../people/guard-operations.ts';
import { graphqlOperations, type GraphqlSources } from './graphql-operations.ts';

/** In an address they are text. */
const variables = z
  .preprocess((raw) => (typeof raw === 'string' ? parsed(raw) : raw), z.record(z.string(), z.unknown()).nullish())
  .transform((value) => value ?? undefined);
const graphqlRequest = z.object({ query: text, variables, operationName: optionalText });

/** Runs and experiments as the pages of MLflow's user interface ask for them. */
@ApiTags('MLflow: user interface')
@Controller('graphql')
export class GraphqlController {
  readonly #sources: GraphqlSources;

  readonly #access: Access;

  constructor(@Inject(GRAPHQL_SOURCES) sources: GraphqlSources, @Inject(Access) access: Access) {
    this.#sources = sources;
    this.#access = access;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(graphqlRequest)
  post(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    return answerDocument(this.#operations(headers), readRequest(graphqlRequest, body));
  }

  @Get()
  @ApiJsonQuery(graphqlRequest)
  get(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders) {
    return answerDocument(this.#operations(headers), readRequest(graphqlRequest, query));
  }

  #operations(headers: IncomingHttpHeaders) {
    const operations = graphqlOperations(this.#sources, headers.authorization);
    return guardOperations(operations, (named) => this.#access.require(headers, 'viewer', named));
  }
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
