import { readFileSync } from 'node:fs';
/** Bytes of a committed test model; `test/fixtures/make-models.py` says what each one does. */
export function fixtureModel(name) {
  return readFileSync(new URL(`fixtures/${name}.onnx`, import.meta.url));
}
//# sourceMappingURL=fixture-model.js.map
