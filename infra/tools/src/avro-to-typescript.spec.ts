import { expect, test } from 'vitest';
import { declarationsOf, faultsOf } from './avro-to-typescript.ts';
import { readTopics } from './read-topics.ts';

const order = {
  type: 'record',
  name: 'Order',
  namespace: 'millrace',
  doc: 'An order.',
  fields: [
    { name: 'at', doc: 'When.', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'note', doc: 'A note.', type: ['null', 'string'], default: null },
    { name: 'state', doc: 'State.', type: { type: 'enum', name: 'State', symbols: ['open', 'closed'] } },
    { name: 'tags', doc: 'Tags.', type: { type: 'map', values: ['null', 'double'] } },
    {
      name: 'lines',
      doc: 'Lines.',
      type: {
        type: 'array',
        items: { type: 'record', name: 'Line', doc: 'A line.', fields: [{ name: 'raw', doc: 'Raw.', type: 'bytes' }] },
      },
    },
    { name: 'first', doc: 'The first line.', type: ['null', 'Line'], default: null },
  ],
};

test('a record becomes an interface, and so does every named type in it', () => {
  const declarations = declarationsOf(order);
  expect([...declarations.keys()]).toEqual(['State', 'Line', 'Order']);
  const text = declarations.get('Order') ?? '';
  expect(text).toContain('readonly at: number;');
  expect(text).toContain('readonly note: string | null;');
  expect(text).toContain('readonly state: State;');
  expect(text).toContain('readonly tags: Readonly<Record<string, number | null>>;');
  expect(text).toContain('readonly lines: readonly (Line)[];');
  expect(text).toContain('readonly first: Line | null;');
  expect(declarations.get('State')).toBe("export type State = 'open' | 'closed';");
});

test('a schema within the rules has no fault', () => {
  expect(faultsOf('Order.avsc', order)).toEqual([]);
});

test('every breach of the rules is named with its path', () => {
  const fields = [
    { name: 'a', type: 'string' },
    { name: 'b', doc: 'B.', type: ['string', 'int'] },
  ];
  expect(faultsOf('Wrong.avsc', { type: 'record', name: 'Order', namespace: 'other', fields })).toEqual([
    'Wrong.avsc: the namespace must be "millrace"',
    'Wrong.avsc: holds the record "Order", name the file after it',
    'Wrong.avsc: the record has no doc',
    'Wrong.avsc/a: the field has no doc',
    'Wrong.avsc/b: a union must be ["null", X], other unions read differently in every language',
  ]);
});

test('a topic table is read with its units, and every fault in it is said', () => {
  const yaml = `
topics:
  good: { schema: Order, key: id, partitions: 8, retention: 7d, cleanup: delete, maxMessageBytes: 1024 }
  bad: { schema: Nope, key: id, partitions: 0, retention: soon, cleanup: erase, maxMessageBytes: 1024 }
families:
  flat: { schema: null, key: id, partitions: 1, retention: forever, cleanup: compact, maxMessageBytes: 1 }
`;
  const { topics, families, faults } = readTopics(yaml, new Set(['Order']));
  expect(topics[0]).toMatchObject({ name: 'good', schema: 'Order', partitions: 8, retentionMs: 604_800_000 });
  expect(families[0]).toMatchObject({ retentionMs: -1, cleanup: 'compact' });
  expect(faults).toEqual([
    'topics.yaml/bad/schema: "Nope" is neither null nor the record of a schema file',
    'topics.yaml/bad/partitions: "0" is not a positive integer',
    'topics.yaml/bad/cleanup: "erase" is neither delete nor compact',
    'topics.yaml/bad/retention: "soon" is neither forever nor like 7d, 12h, 30m',
    `topics.yaml/flat: a family's name holds a {placeholder}`,
  ]);
});
