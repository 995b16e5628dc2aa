import { getNamedType, isListType, isObjectType, type GraphQLFieldResolver, type GraphQLOutputType } from 'graphql';

/** A message as REST answers it; a function gives a part that is fetched only when it is asked for. */
export type Message = Readonly<Record<string, unknown>>;

/**
 * A field of a message: REST's name for it is in snake case. What a message leaves out reads as it does in MLflow, whose messages
 * are protobufs: empty text, zero, an empty list, an empty message.
 */
export const messageField: GraphQLFieldResolver<Message, unknown> = (source, args, context, info) => {
  const value = source[snakeCase(info.fieldName)];
  if (typeof value === 'function') return (value as (input: unknown) => unknown)(args['input']);
  if (value === undefined || value === null) return unset(info.returnType);
  return getNamedType(info.returnType).name === 'Float' ? finite(value) : value;
};

function unset(type: GraphQLOutputType): unknown {
  if (isListType(type)) return [];
  const named = getNamedType(type);
  // There is an error only where one is given.
  if (isObjectType(named)) return named.name === 'ApiError' ? null : {};
  return defaults[named.name] ?? null;
}

const defaults: Readonly<Record<string, unknown>> = { String: '', LongString: 0, Int: 0, Float: 0, Boolean: false };

/** GraphQL has no NaN. */
function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The arguments of a call as its REST twin reads them. */
export function restInput(input: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries((input ?? {}) as Record<string, unknown>)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [snakeCase(name), value]),
  );
}
