import { expect, test } from 'vitest';
import { avroType, currentSchemas, frozenSchemas, goldenOf } from './schema-history.ts';

test("every message of a released schema reads with today's", () => {
  const current = currentSchemas();
  for (const { record, version, schema, golden } of frozenSchemas()) {
    const today = current.get(record);
    expect(today, `${record} was released: its schema must stay`).toBeDefined();
    const reader = avroType(today);
    const value: unknown = reader.fromBuffer(golden, reader.createResolver(avroType(schema)));
    expect(reader.isValid(value), `${record}.${version}`).toBe(true);
  }
});

test("every record's sample message fills every field and reads back", () => {
  for (const schema of currentSchemas().values()) {
    const type = avroType(schema);
    const value: unknown = type.fromBuffer(goldenOf(schema));
    expect(JSON.stringify(value)).not.toContain('null');
  }
});

test('every released schema is among the versions before it: a reader of the newer one exists', () => {
  const byRecord = Map.groupBy(frozenSchemas(), ({ record }) => record);
  for (const versions of byRecord.values()) {
    for (const [i, newer] of versions.entries()) {
      for (const older of versions.slice(0, i)) {
        expect(() => avroType(newer.schema).createResolver(avroType(older.schema))).not.toThrow();
      }
    }
  }
});
