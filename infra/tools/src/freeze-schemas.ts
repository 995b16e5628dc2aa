/**
 * Run at a release: keeps today's form of every record that changed since the last one, with one message written in it,
 * in schemas/history. What is there is never edited: records like it lie in topics that are kept for ever.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { avroType, currentSchemas, frozenSchemas, goldenOf, historyFolder } from './schema-history.ts';

mkdirSync(historyFolder, { recursive: true });
const newest = new Map(frozenSchemas().map((frozen) => [frozen.record, frozen]));
for (const [record, schema] of currentSchemas()) {
  const last = newest.get(record);
  if (last && JSON.stringify(last.schema) === JSON.stringify(schema)) continue;
  if (last) avroType(schema).createResolver(avroType(last.schema));
  const file = `${record}.${(last?.version ?? 0) + 1}`;
  writeFileSync(new URL(`${file}.avsc`, historyFolder), `${JSON.stringify(schema, null, 2)}\n`);
  writeFileSync(new URL(`${file}.golden`, historyFolder), `${goldenOf(schema).toString('base64')}\n`);
  console.log(`schemas/history/${file}.avsc`);
}
