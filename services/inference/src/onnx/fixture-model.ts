import { readFileSync } from 'node:fs';

/** Bytes of a committed test model; `test/fixtures/make-models.py` says what each one does. */
export function fixtureModel(name: string): Buffer {
  return readFileSync(new URL(`../../test/fixtures/${name}.onnx`, import.meta.url));
}
