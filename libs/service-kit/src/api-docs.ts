import type { INestApplication } from '@nestjs/common';
import { ApiBody, ApiQuery, ApiResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

type OpenApiSchema = Extract<Parameters<typeof ApiBody>[0], { schema: unknown }>['schema'];

/** The OpenAPI form of a zod schema: what is checked is what is documented. */
export function openApiSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): OpenApiSchema {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io, unrepresentable: 'any' }) as OpenApiSchema;
}

export function ApiJsonBody(schema: z.ZodType, description = ''): MethodDecorator {
  return ApiBody({ schema: openApiSchema(schema), description });
}

export function ApiJsonResponse(status: number, schema: z.ZodType, description = ''): MethodDecorator {
  return ApiResponse({ status, description, schema: openApiSchema(schema, 'output') });
}

/** One query parameter per field of the object schema. */
export function ApiJsonQuery(schema: z.ZodObject): MethodDecorator {
  const decorators = Object.entries(schema.shape).map(([name, field]) =>
    ApiQuery({
      name,
      required: !(field as z.ZodType).safeParse(undefined).success,
      schema: openApiSchema(field as z.ZodType),
    }),
  );
  return (target, key, descriptor) => {
    for (const decorate of decorators) decorate(target, key, descriptor);
  };
}

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
});

/** The problem documents that a route may answer with, beside 400 for bad input. */
export function ApiProblems(...statuses: readonly number[]): MethodDecorator & ClassDecorator {
  const content = { 'application/problem+json': { schema: openApiSchema(problemSchema, 'output') } };
  const decorators = [400, ...statuses].map((status) => ApiResponse({ status, description: 'Problem', content }));
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    for (const decorate of decorators) {
      if (key === undefined) (decorate as ClassDecorator)(target as never);
      else if (descriptor) (decorate as MethodDecorator)(target, key, descriptor);
    }
  };
}

/** OpenAPI of all controllers at /docs, for people, and at /docs/openapi.json, for tools. */
export function serveApiDocs(
  app: INestApplication,
  { title, description }: { title: string; description: string },
): void {
  const about = new DocumentBuilder().setTitle(title).setDescription(description).setVersion('1').build();
  // Made when the first reader asks: every start of a service would pay for it.
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, about), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
  });
}
