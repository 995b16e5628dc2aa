/** Definitions in the form in which they were sent: faults name the places that their author knows. */
export interface SentDefinitions {
  readonly documents: readonly unknown[];
  readonly pathOf: (index: number) => string;
  /** The same form again, with documents that were completed. */
  readonly with: (documents: readonly unknown[]) => unknown;
}

/** A document, a list, or `{ definitions: [...] }`. */
export function sentDefinitions(body: unknown): SentDefinitions {
  if (Array.isArray(body)) {
    return { documents: body, pathOf: (index) => `[${index}]`, with: (documents) => documents };
  }
  if (typeof body === 'object' && body !== null && 'definitions' in body && Array.isArray(body.definitions)) {
    return {
      documents: body.definitions,
      pathOf: (index) => `definitions[${index}]`,
      with: (definitions) => ({ ...body, definitions }),
    };
  }
  return { documents: [body], pathOf: () => '', with: ([document]) => document };
}
