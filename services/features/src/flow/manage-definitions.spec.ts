import { EventsError, type RegisteredSchema } from '@millrace/events';
import { expect, test } from 'vitest';
import { featuresDomain, type FeaturesCommand } from './definitions-domain.ts';
import { ManageDefinitions } from './manage-definitions.ts';

const source = { kind: 'source', name: 'payments', topic: 'payments', eventTime: { column: 'at', unit: 'ms' } };
const caller = { actor: 'test' };

function manage(latestSchema: () => Promise<RegisteredSchema | null>): ManageDefinitions {
  const state = featuresDomain.initial();
  const meta = { offset: 0, actor: 'test', atMs: 0, requestId: 'r', commandId: 'r' };
  return new ManageDefinitions(
    { latestSchema },
    {
      read: () => Promise.resolve(state),
      submit: (command: FeaturesCommand) =>
        Promise.resolve({ ...featuresDomain.apply(state, command, meta), offset: 0, repeated: false }),
    },
  );
}

test.each([
  ['EVENTS_SCHEMA_UNUSABLE', '[0].columns'],
  ['EVENTS_REGISTRY_REFUSED', '[0].topic'],
] as const)('a registry that answers with %s is a fault of the definition', async (code, path) => {
  const definitions = manage(() => Promise.reject(new EventsError(code, 'it is PROTOBUF, only AVRO is read')));
  await expect(definitions.apply([source], caller)).rejects.toMatchObject({
    code: 'FEATURES_DEFINITION_INVALID',
    faults: [{ path, message: expect.stringContaining('PROTOBUF') as string }],
  });
});

test('says which fields of a topic are no columns of its source', async () => {
  const fields = [
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: '_id', type: 'string' },
  ];
  const definitions = manage(() => Promise.resolve({ schemaId: 1, schema: { type: 'record', name: 'P', fields } }));
  expect(await definitions.apply(source, caller)).toEqual({
    applied: [{ kind: 'source', name: 'payments' }],
    leftOut: [{ source: 'payments', field: '_id', reason: 'has a name that the platform uses itself' }],
  });
});
