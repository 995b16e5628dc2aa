import { parse } from 'yaml';

export interface TopicEntry {
  readonly name: string;
  readonly schema: string | null;
  readonly key: string;
  readonly partitions: number;
  readonly retentionMs: number;
  readonly cleanup: 'delete' | 'compact';
  readonly maxMessageBytes: number;
}

export interface TopicTable {
  readonly topics: readonly TopicEntry[];
  readonly families: readonly TopicEntry[];
  readonly faults: readonly string[];
}

/** Reads topics.yaml and says everything that is wrong with it. */
export function readTopics(yaml: string, recordNames: ReadonlySet<string>): TopicTable {
  const document = parse(yaml) as { topics?: Record<string, RawEntry>; families?: Record<string, RawEntry> };
  const faults: string[] = [];
  const read = (entries: Record<string, RawEntry> = {}) =>
    Object.entries(entries).map(([name, raw]) => readEntry(name, raw, recordNames, faults));
  const topics = read(document.topics);
  const families = read(document.families);
  for (const family of families) {
    if (!/\{[a-z]+\}/.test(family.name))
      faults.push(`topics.yaml/${family.name}: a family's name holds a {placeholder}`);
  }
  return { topics, families, faults };
}

type RawEntry = Readonly<Record<string, unknown>>;

function readEntry(name: string, raw: RawEntry, recordNames: ReadonlySet<string>, faults: string[]): TopicEntry {
  const at = `topics.yaml/${name}`;
  const { schema, key, partitions, retention, cleanup, maxMessageBytes } = raw;
  if (schema !== null && !(typeof schema === 'string' && recordNames.has(schema))) {
    faults.push(`${at}/schema: ${JSON.stringify(schema)} is neither null nor the record of a schema file`);
  }
  if (typeof key !== 'string') faults.push(`${at}/key: say what the key is`);
  if (!isCount(partitions)) faults.push(`${at}/partitions: "${String(partitions)}" is not a positive integer`);
  if (!isCount(maxMessageBytes))
    faults.push(`${at}/maxMessageBytes: "${String(maxMessageBytes)}" is not a positive integer`);
  if (cleanup !== 'delete' && cleanup !== 'compact')
    faults.push(`${at}/cleanup: "${String(cleanup)}" is neither delete nor compact`);
  const retentionMs = parseRetention(retention);
  if (retentionMs === null)
    faults.push(`${at}/retention: "${String(retention)}" is neither forever nor like 7d, 12h, 30m`);
  return {
    name,
    schema: typeof schema === 'string' ? schema : null,
    key: String(key),
    partitions: Number(partitions),
    retentionMs: retentionMs ?? 0,
    cleanup: cleanup === 'compact' ? 'compact' : 'delete',
    maxMessageBytes: Number(maxMessageBytes),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

function parseRetention(value: unknown): number | null {
  if (value === 'forever') return -1;
  const match = /^([1-9]\d*)([dhm])$/.exec(typeof value === 'string' ? value : '');
  const unit = unitMs[match?.[2] ?? ''];
  return match?.[1] && unit ? Number(match[1]) * unit : null;
}
