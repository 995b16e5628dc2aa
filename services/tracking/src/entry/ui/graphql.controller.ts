import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { optionalText, readRequest, text } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery } from '@millrace/service-kit';
import { z } from 'zod';
import { answerDocument } from '../../flow/graphql/answer-document.ts';
import { GRAPHQL_SOURCES } from '../../tokens.ts';
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

  constructor(@Inject(GRAPHQL_SOURCES) sources: GraphqlSources) {
    this.#sources = sources;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(graphqlRequest)
  post(@Body() body: unknown) {
    return answerDocument(graphqlOperations(this.#sources), readRequest(graphqlRequest, body));
  }

  @Get()
  @ApiJsonQuery(graphqlRequest)
  get(@Query() query: unknown) {
    return answerDocument(graphqlOperations(this.#sources), readRequest(graphqlRequest, query));
  }
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
