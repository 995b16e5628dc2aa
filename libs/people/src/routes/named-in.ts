import type { Asked, Named, NamedIn } from './route-needs.ts';

type Place = 'params' | 'query' | 'body';

/** The texts under a name in a part of the request, of a list all of them; a number counts as its text. */
export function textsIn(asked: Asked, place: Place, name: string): string[] {
  const part = asked[place];
  if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) return [];
  const value = (part as Readonly<Record<string, unknown>>)[name];
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
    typeof one === 'string' && one !== '' ? [one] : typeof one === 'number' ? [String(one)] : [],
  );
}

/** What is named by the first of the fields that holds anything: later ones are other names of the same. */
export function named(kind: Named['kind'], place: Place, ...fields: readonly string[]): NamedIn {
  return (asked) => {
    for (const field of fields) {
      const ids = textsIn(asked, place, field);
      if (ids.length > 0) return ids.map((id) => ({ kind, id }));
    }
    return [];
  };
}

export function allOf(...sources: readonly NamedIn[]): NamedIn {
  return (asked) => sources.flatMap((source) => source(asked));
}
