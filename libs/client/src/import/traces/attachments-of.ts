const reference = /mlflow-attachment:\/\/([\w-]+)/g;

/** The ids of the files that spans refer to, wherever in their attributes. */
export function attachmentsOf(spans: unknown): string[] {
  const ids = JSON.stringify(spans).matchAll(reference);
  return [...new Set(Array.from(ids, ([, id = '']) => id))].sort();
}
