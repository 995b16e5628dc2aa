/** What can be commented on, as the journal names it. */
export function runKey(runId: string): string {
  return `run:${runId}`;
}

/** No name of a model holds a slash. */
export function versionKey(model: string, version: string): string {
  return `version:${model}/${version}`;
}
