import { expect, it } from 'vitest';
import { readModelFile } from './read-model-file.ts';

/** As MLflow 3.17 writes it. */
const written = `flavors:
  onnx:
    data: model.onnx
mlflow_version: 3.17.2
prompts: null
saved_input_example_info:
  artifact_path: input_example.json
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "long",
    "name": "age", "required": false}, {"type": "array", "items": {"type": "string"},
    "name": "tags", "required": true}, {"type": "object", "properties": {"x": {"type":
    "double", "required": true}, "y": {"type": "string", "required": false}}, "name":
    "o", "required": true}, {"type": "map", "values": {"type": "float"}, "name": "m",
    "required": true}, {"type": "any", "name": "any", "required": true}]'
  outputs: '[{"name": "p", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape":
    [-1, 2]}}]'
  params: '[{"name": "threshold", "default": 0.5, "shape": null, "type": "double"},
    {"name": "ids", "default": [1, 2], "shape": [-1], "type": "long"}]'
type_hint_from_example: false
`;

const scalar = (name: string) => ({ kind: 'scalar', name }) as const;

it('the signature and the input example of an MLmodel file are read as MLflow wrote them', () => {
  expect(readModelFile(written)).toEqual({
    inputExample: 'input_example.json',
    signature: {
      inputs: [
        { name: 'amount', type: scalar('double'), required: true },
        { name: 'age', type: scalar('long'), required: false },
        { name: 'tags', type: { kind: 'array', items: scalar('string') }, required: true },
        {
          name: 'o',
          type: {
            kind: 'object',
            fields: [
              { name: 'x', type: scalar('double'), required: true },
              { name: 'y', type: scalar('string'), required: false },
            ],
          },
          required: true,
        },
        { name: 'm', type: { kind: 'map', values: scalar('float') }, required: true },
        { name: 'any', type: { kind: 'any' }, required: true },
      ],
      outputs: [{ name: 'p', type: { kind: 'tensor', dtype: 'float32', shape: [-1, 2] }, required: true }],
      params: [
        { name: 'threshold', type: scalar('double'), required: false, defaultValue: 0.5 },
        { name: 'ids', type: { kind: 'array', items: scalar('long') }, required: false, defaultValue: [1, 2] },
      ],
    },
  });
});

it.each([
  ['without a signature', 'flavors: {}\n'],
  ['that is no YAML', '{['],
  ['that is a text', 'hello'],
  ['that is empty', ''],
  ['with a signature of another kind', 'signature: [1, 2]\n'],
  ['with a bomb of aliases', `a: &a [x]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]\n`],
])('a file %s says nothing', (_, text) => {
  expect(readModelFile(text)).toEqual({ signature: null, inputExample: null });
});
