import { parse } from 'yaml';
import { z } from 'zod';
import type { ModelSignature } from '../semver/model-signature.ts';
import { readSignature } from '../semver/read-signature.ts';

export const longestModelFileBytes = 4 * 1024 * 1024;

const modelFile = z.looseObject({
  signature: z.unknown().optional(),
  saved_input_example_info: z.looseObject({ artifact_path: z.string() }).nullish(),
});

export interface ModelFile {
  readonly signature: ModelSignature | null;
  readonly inputExample: string | null;
}

/** What an MLmodel file says of how the model is called; nothing for a file that is none. */
export function readModelFile(text: string): ModelFile {
  const parsed = modelFile.safeParse(parsedYaml(text));
  if (!parsed.success) return { signature: null, inputExample: null };
  return {
    signature: readSignature(parsed.data.signature),
    inputExample: parsed.data.saved_input_example_info?.artifact_path ?? null,
  };
}

function parsedYaml(text: string): unknown {
  try {
    // As many aliases as a person writes: many of them can stand for gigabytes.
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return null;
  }
}
