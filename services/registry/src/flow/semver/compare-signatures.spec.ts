import { describe, expect, it } from 'vitest';
import { compareSignatures, levelOf } from './compare-signatures.ts';
import type { ModelSignature } from './model-signature.ts';
import { readSignature } from './read-signature.ts';

type Columns = readonly object[];
interface Parts {
  readonly inputs?: Columns;
  readonly outputs?: Columns;
  readonly params?: Columns;
}

const column = (name: string | null, type: string, required = true) => ({
  ...(name !== null && { name }),
  type,
  required,
});
const array = (name: string, items: object) => ({ name, type: 'array', items, required: true });
const object = (properties: object) => ({ name: 'o', type: 'object', properties, required: true });
const tensor = (dtype: string, shape: number[]) => ({ name: 't', type: 'tensor', 'tensor-spec': { dtype, shape } });
const param = (name: string, type: string, value: unknown, shape: number[] | null = null) => ({
  name,
  type,
  default: value,
  shape,
});

function signature({ inputs = [], outputs = [], params = [] }: Parts): ModelSignature {
  const read = readSignature({
    inputs: JSON.stringify(inputs),
    outputs: JSON.stringify(outputs),
    params: params.length === 0 ? null : JSON.stringify(params),
  });
  return read ?? expect.fail('the signature can be read');
}
const inputs = (...columns: Columns): Parts => ({ inputs: columns });
const outputs = (...columns: Columns): Parts => ({ outputs: columns });
const a = column('a', 'double');

describe('a change of signature', () => {
  it.each<[what: string, old: Parts, now: Parts, level: string, reasons: string[]]>([
    ['nothing', inputs(a), inputs(a), 'patch', []],
    ['another order of named inputs', inputs(a, column('b', 'long')), inputs(column('b', 'long'), a), 'patch', []],
    [
      'an optional input more',
      inputs(a),
      inputs(a, column('b', 'long', false)),
      'minor',
      ['inputs.b is new and optional'],
    ],
    ['a required input more', inputs(a), inputs(a, column('b', 'long')), 'major', ['inputs.b is new and required']],
    ['an input less', inputs(a, column('b', 'long')), inputs(a), 'major', ['inputs.b is gone']],
    [
      'an input that became optional',
      inputs(a),
      inputs(column('a', 'double', false)),
      'minor',
      ['inputs.a became optional'],
    ],
    [
      'an input that became required',
      inputs(column('a', 'double', false)),
      inputs(a),
      'major',
      ['inputs.a became required'],
    ],
    [
      'a wider input',
      inputs(column('a', 'integer')),
      inputs(column('a', 'long')),
      'minor',
      ['inputs.a became long, it was integer'],
    ],
    [
      'a narrower input',
      inputs(column('a', 'long')),
      inputs(column('a', 'integer')),
      'major',
      ['inputs.a became integer, it was long'],
    ],
    [
      'an input of another type',
      inputs(column('a', 'string')),
      inputs(a),
      'major',
      ['inputs.a became double, it was string'],
    ],
    [
      'unnamed inputs by their place',
      inputs(column(null, 'long'), column(null, 'string')),
      inputs(column(null, 'string'), column(null, 'long')),
      'major',
      ['inputs.[0] became string, it was long', 'inputs.[1] became long, it was string'],
    ],
    ['an output more', outputs(a), outputs(a, column('p', 'double')), 'minor', ['outputs.p is new']],
    ['an output less', outputs(a, column('p', 'double')), outputs(a), 'major', ['outputs.p is gone']],
    [
      'a wider output',
      outputs(column('p', 'float')),
      outputs(column('p', 'double')),
      'major',
      ['outputs.p became double, it was float'],
    ],
    [
      'a narrower output',
      outputs(column('p', 'double')),
      outputs(column('p', 'float')),
      'minor',
      ['outputs.p became float, it was double'],
    ],
    [
      'an output that may be missing',
      outputs(a),
      outputs(column('a', 'double', false)),
      'major',
      ['outputs.a became optional'],
    ],
    [
      'a tensor of any batch size',
      inputs(tensor('float32', [1, 4])),
      inputs(tensor('float32', [-1, 4])),
      'minor',
      ['inputs.t became tensor float32[-1, 4], it was tensor float32[1, 4]'],
    ],
    [
      'a tensor of a fixed batch size',
      inputs(tensor('float32', [-1, 4])),
      inputs(tensor('float32', [1, 4])),
      'major',
      ['inputs.t became tensor float32[1, 4], it was tensor float32[-1, 4]'],
    ],
    [
      'a tensor of another rank',
      inputs(tensor('float32', [-1])),
      inputs(tensor('float32', [-1, 4])),
      'major',
      ['inputs.t became tensor float32[-1, 4], it was tensor float32[-1]'],
    ],
    [
      'a tensor of another type',
      inputs(tensor('float32', [-1])),
      inputs(tensor('float64', [-1])),
      'major',
      ['inputs.t became tensor float64[-1], it was tensor float32[-1]'],
    ],
    [
      'a column that became a tensor',
      inputs(column('t', 'double')),
      inputs(tensor('float64', [-1])),
      'major',
      ['inputs.t became tensor float64[-1], it was double'],
    ],
    [
      'wider items of an array',
      inputs(array('x', { type: 'float' })),
      inputs(array('x', { type: 'double' })),
      'minor',
      ['inputs.x became array of double, it was array of float'],
    ],
    [
      'an optional property more',
      inputs(object({ p: { type: 'long' } })),
      inputs(object({ p: { type: 'long' }, q: { type: 'string', required: false } })),
      'minor',
      ['inputs.o became object {p: long, q: string}, it was object {p: long}'],
    ],
    [
      'a required property more',
      inputs(object({ p: { type: 'long' } })),
      inputs(object({ p: { type: 'long' }, q: { type: 'string' } })),
      'major',
      ['inputs.o became object {p: long, q: string}, it was object {p: long}'],
    ],
    ['an input of anything', inputs(a), inputs(column('a', 'any')), 'minor', ['inputs.a became any, it was double']],
    ['a param more', {}, { params: [param('t', 'double', 0.5)] }, 'minor', ['params.t is new and optional']],
    ['a param less', { params: [param('t', 'double', 0.5)] }, {}, 'major', ['params.t is gone']],
    [
      'a param with another default',
      { params: [param('t', 'double', 0.5)] },
      { params: [param('t', 'double', 0.7)] },
      'minor',
      ['params.t has the default 0.7, it was 0.5'],
    ],
    [
      'a param that became a list',
      { params: [param('t', 'long', null)] },
      { params: [param('t', 'long', null, [-1])] },
      'major',
      ['params.t became array of long, it was long'],
    ],
  ])('%s', (_, old, now, level, reasons) => {
    const changes = compareSignatures(signature(old), signature(now));
    expect(changes.map(({ path, text }) => `${path} ${text}`)).toEqual(reasons);
    expect(levelOf(changes)).toBe(level);
  });

  it('from none to one is an addition, back to none is none that a caller can live with', () => {
    expect(levelOf(compareSignatures(null, signature(inputs(a))))).toBe('minor');
    expect(levelOf(compareSignatures(signature(inputs(a)), null))).toBe('major');
    expect(compareSignatures(null, null)).toEqual([]);
  });

  it('is as large as the largest of its parts', () => {
    const changes = compareSignatures(signature(inputs(a)), signature({ inputs: [column('b', 'long')], outputs: [a] }));
    expect(changes.map(({ level }) => level).sort()).toEqual(['major', 'major', 'minor']);
    expect(levelOf(changes)).toBe('major');
  });
});

it.each([
  ['no object', 'text'],
  ['inputs that are no JSON', { inputs: '[{' }],
  ['inputs that are no list', { inputs: '{"a":1}' }],
  ['a column without a type', { inputs: '[{"name":"a"}]' }],
  ['a tensor without a shape', { inputs: '[{"type":"tensor"}]' }],
  ['items of an array that are none', { inputs: '[{"type":"array","items":7}]' }],
])('a signature with %s is none', (_, raw) => {
  expect(readSignature(raw)).toBeNull();
});

it('a type of absurd depth is read to a depth that no model has', () => {
  let type: object = { type: 'long' };
  for (let depth = 0; depth < 2000; depth += 1) type = { type: 'array', items: type };
  const read = readSignature({ inputs: JSON.stringify([{ ...type, name: 'x' }]) });
  expect(read?.inputs).toHaveLength(1);
});
