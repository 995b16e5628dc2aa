import { execute, parse, validate, type DocumentNode } from 'graphql';
import { checkDocument } from './check-document.ts';
import { messageField, type Message } from './message-field.ts';
import { schema } from './schema.ts';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly operationName: string | undefined;
}

export interface GraphqlAnswer {
  readonly data: unknown;
  /** Texts, as MLflow gives them, or null. */
  readonly errors: readonly string[] | null;
}

const maxTokens = 10_000;

/** What a document asks for, of the operations by their name in snake case. A document that cannot be answered is an answer too. */
export async function answerDocument(operations: Message, request: GraphqlRequest): Promise<GraphqlAnswer> {
  let document: DocumentNode;
  try {
    document = parse(request.query, { maxTokens });
  } catch (error) {
    return refused([error instanceof Error ? error.message : String(error)]);
  }
  const tooLarge = checkDocument(document);
  if (tooLarge !== null) return refused([tooLarge]);
  const invalid = validate(schema, document);
  if (invalid.length > 0) return refused(invalid.map(({ message }) => message));
  const { data, errors } = await execute({
    schema,
    document,
    rootValue: operations,
    variableValues: request.variables ?? null,
    operationName: request.operationName ?? null,
    fieldResolver: messageField,
  });
  return { data: data ?? null, errors: errors?.map(({ message }) => message) ?? null };
}

function refused(errors: readonly string[]): GraphqlAnswer {
  return { data: null, errors };
}
