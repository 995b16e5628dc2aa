import type { RunHead } from '../runs/run-head.ts';

/** What makes a run or logged model another one than what is imported under its id, in words; nothing when it is the same. */
export function differences(
  head: Pick<RunHead, 'experimentId' | 'attribute'>,
  { experimentId, ...identity }: Readonly<Record<string, string>> & { readonly experimentId: string },
): string[] {
  const told = (what: string, here: string, there: string): string[] =>
    here === there ? [] : [`${what} is ${JSON.stringify(here)} here and ${JSON.stringify(there)} there`];
  return [
    ...told('experiment', head.experimentId, experimentId),
    ...Object.entries(identity).flatMap(([name, value]) => told(name, head.attribute(name) ?? '', value)),
  ];
}
