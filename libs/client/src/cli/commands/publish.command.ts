import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { timeUnits, type SourceDefinition, type TimeUnit } from '@millrace/feature-engine';
import { subjectOf, type AvroSchemaJson } from '@millrace/schemas';
import type { PartitionerName } from '@millrace/events';
import { ClientError } from '../../client-error.ts';
import { textEncodings, type TextEncoding } from '../../files/decode-text.ts';
import { fileFormats, type FileFormat } from '../../files/file-format.ts';
import { placeOf } from '../../publish/publication-error.ts';
import { publishFile } from '../../publish/publish-file.ts';
import type { PublishOptions, PublishResult } from '../../publish/publish-options.ts';
import { readSources } from '../../read-sources.ts';
import type { CliContext } from '../cli-context.ts';
import { stopped } from '../exit-code.ts';
import { count, grouped, shortDuration } from '../layout.ts';
import { countOption, durationOption, positiveOption, timeOption } from '../option-values.ts';
import { ProgressLine } from '../progress-line.ts';

interface Flags {
  readonly topic: string;
  readonly eventTime: string;
  readonly unit?: TimeUnit;
  readonly key?: string;
  readonly partitioner?: PartitionerName;
  readonly partitions?: number;
  readonly schema?: string;
  readonly speed?: number;
  readonly from?: number;
  readonly to?: number;
  readonly format?: FileFormat;
  readonly delimiter?: string;
  readonly encoding?: TextEncoding;
  readonly null?: string[];
  readonly labelColumn?: string;
  readonly labelDelay?: number;
  readonly labelTime?: string;
  readonly positive?: string;
  readonly negative?: string;
  readonly idColumn?: string;
  readonly source?: string;
}

const afterHelp = `
The file may be in any order and larger than memory: it is read once, sorted by event time (on disk in TMPDIR where it does not
fit) and published as a stream. Records carry the time at which they are published as their timestamp; the event time stays
in its column. Values that don't fit are found before anything is published, and named by row and column.

Without --schema the schema is the one that the topic's subject has, with the file's further columns added; without one
there it is inferred from all rows: numbers, booleans and text, every field nullable. Postcodes (leading zeros) and whole
numbers beyond 2^53 stay text; an empty CSV field and NaN are missing values. Whole numbers become doubles when a later file
has fractions; a column without any value gets its field with the first file that has one. Column names that Avro does not
allow are changed ("e-mail" becomes e_mail) and said. Types are those of the file where it is Parquet: decimals of more than
15 digits are text, bytes that are not marked as text stay bytes. One row group of a Parquet file is held in memory at a time;
of CSV and JSON lines a few lines.

CSV fields are separated by what separates the names in the first line. JSON lines may lack columns, but a column that an
option names must be in some row.

Where a source on the topic declares its entity and partitioner, keys are placed and encoded as it says; --key and
--partitioner may then be left out and must not contradict it.

With --label-column the label leaves the events, as nobody knows it when they happen. It follows as an outcome of --source
(topic "outcomes"), --label-delay after its event, matched by --id-column. Rows without a label have no outcome. With --positive
some label must be the positive one, unless --negative names the other.

--from and --to cut the stream, not the file: a label that becomes known within them is published although its event lies before.
Stopped by Ctrl-C or an error, it says from where to go on. Killed, it says nothing: run it again with --from a time that the
topic has surely reached ("millrace watch TOPIC --from beginning"); a source with an "id" drops what comes twice within its
allowed lateness, without one every repeat is counted again.

Examples:
  millrace publish registrations.csv --topic registrations --event-time EVENT_TIMESTAMP --key ip_address
  millrace publish payments.parquet --topic payments --event-time paid_at --key card --speed 60
  millrace publish transactions.csv --topic transactions --event-time EVENT_TIMESTAMP --key ENTITY_ID \\
    --label-column EVENT_LABEL --label-delay 7d --id-column EVENT_ID --source transactions`;

export function publishCommand(context: CliContext): Command {
  return new Command('publish')
    .summary('stream a file into a topic')
    .description('Publishes a CSV, JSON lines or Parquet file as a stream of Avro events in event-time order.')
    .argument('<file>', 'the file; its ending says the format')
    .requiredOption('-t, --topic <name>', 'topic to publish to; created when it is absent')
    .requiredOption('-e, --event-time <column>', 'column with the time at which the event happened')
    .addOption(new Option('--unit <unit>', 'of the event time; guessed from the first row').choices(timeUnits))
    .option('-k, --key <column>', 'column whose value is the record key; without it records go round')
    .addOption(
      new Option(
        '--partitioner <name>',
        'places keys as Java and kafkajs do (murmur2, the default) or as librdkafka does (crc32)',
      ).choices(['murmur2', 'crc32']),
    )
    .option('--partitions <n>', 'of the topic if it has to be made (default: 4)', countOption)
    .option('--schema <file>', 'Avro schema (.avsc) to publish with')
    .option(
      '--speed <multiple>',
      'multiple of real time, for example 60; without it as fast as it goes',
      positiveOption,
    )
    .option('--from <time>', 'publish only what happens from here on', timeOption)
    .option('--to <time>', 'publish only what happens before', timeOption)
    .addOption(new Option('--format <format>', 'of the file, where its ending does not say it').choices(fileFormats))
    .option('--delimiter <text>', 'between CSV fields (default: what separates the names in the first line)')
    .addOption(
      new Option('--encoding <name>', 'of CSV and JSON lines (default: utf-8; latin1 is Windows-1252)').choices(
        textEncodings,
      ),
    )
    .option('--null <texts...>', 'CSV texts that mean a missing value, beside the empty one')
    .option('--label-column <column>', 'publish this column as outcomes instead of within the events')
    .option(
      '--label-delay <duration>',
      'how long after its event a label becomes known, for example 7d',
      durationOption,
    )
    .option('--label-time <column>', 'column with the time at which a label became known; the later of the two counts')
    .option('--positive <value>', 'label that means 1; every other one means 0. Without it labels are numbers')
    .option('--negative <value>', 'label that means 0: then one that is neither is an error')
    .option('--id-column <column>', 'column with the id of an event, by which outcomes are matched')
    .option('--source <name>', 'source that the outcomes belong to')
    .addHelpText('after', afterHelp)
    .action((file: string, flags: Flags) => publish(context, file, flags));
}

async function publish(context: CliContext, file: string, flags: Flags): Promise<void> {
  const { terminal } = context;
  const labels = labelsOf(flags);
  const schema = flags.schema === undefined ? undefined : readSchema(context.path(flags.schema));
  const { bus } = await context.platform();
  const sources = await sourcesOf(context, flags);
  const line = new ProgressLine(terminal, { file: basename(file), speed: flags.speed });
  const startedMs = performance.now();
  const options: PublishOptions = {
    file: context.path(file),
    topic: flags.topic,
    eventTimeColumn: flags.eventTime,
    ...given({
      unit: flags.unit,
      keyColumn: flags.key,
      partitioner: flags.partitioner,
      partitions: flags.partitions,
      speed: flags.speed,
      fromMs: flags.from,
      toMs: flags.to,
      format: flags.format,
      delimiter: flags.delimiter,
      encoding: flags.encoding,
      sources,
      nullTexts: flags.null,
      schema,
      labels,
    }),
    signal: terminal.signal,
    onProgress: (progress) => line.update(progress),
  };
  let result: PublishResult;
  try {
    result = await context.endingItself(() => publishFile(bus, options));
  } finally {
    line.end();
  }
  for (const text of summary(result, flags, performance.now() - startedMs)) await terminal.out(text);
  if (result.stopped) throw stopped(terminal.signal);
}

/** Undefined where they cannot be asked for: files can be published while the services are not running. */
async function sourcesOf(
  { gatewayUrl, terminal }: CliContext,
  { topic, partitioner }: Flags,
): Promise<readonly SourceDefinition[] | undefined> {
  try {
    return await readSources(gatewayUrl);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const placed = partitioner ?? 'murmur2';
    terminal.status(
      `the sources on topic "${topic}" cannot be asked for, keys are placed by ${placed}: ${error.message}\n`,
    );
    return undefined;
  }
}

function labelsOf(flags: Flags): PublishOptions['labels'] {
  const { labelColumn, labelDelay, labelTime, positive, negative, idColumn, source } = flags;
  const others = {
    '--label-delay': labelDelay,
    '--label-time': labelTime,
    '--positive': positive,
    '--negative': negative,
  };
  if (labelColumn === undefined) {
    const stray = Object.entries({ ...others, '--id-column': idColumn, '--source': source }).find(
      ([, v]) => v !== undefined,
    );
    if (!stray) return undefined;
    throw new ClientError('CLIENT_OPTIONS_INVALID', `${stray[0]} is about labels: say which with --label-column`);
  }
  if (idColumn === undefined || source === undefined) {
    throw new ClientError(
      'CLIENT_OPTIONS_INVALID',
      `--label-column ${labelColumn} needs --id-column (by which outcomes meet their events) and --source (the source that the events belong to)`,
    );
  }
  if (labelDelay === undefined && labelTime === undefined) {
    throw new ClientError(
      'CLIENT_OPTIONS_INVALID',
      `--label-column ${labelColumn} needs --label-delay or --label-time: when does a label become known? "--label-delay 0s" means at once`,
    );
  }
  if (negative !== undefined && positive === undefined) {
    throw new ClientError('CLIENT_OPTIONS_INVALID', `--negative ${negative} needs --positive: which label means 1?`);
  }
  const options = { column: labelColumn, delayMs: labelDelay ?? 0, idColumn, source };
  return { ...options, ...given({ timeColumn: labelTime, positive, negative }) };
}

function readSchema(path: string): AvroSchemaJson {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as AvroSchemaJson;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClientError('CLIENT_SCHEMA_INVALID', `"${path}" is no Avro schema in JSON: ${reason}`, { cause });
  }
}

function summary(result: PublishResult, { topic }: Flags, elapsedMs: number): string[] {
  const { events, outcomes, positives, rows, schemaFrom, topicCreated, widened, renamed, resent } = result;
  const published = `${count(events, 'event')}${outcomes > 0 ? ` and ${count(outcomes, 'outcome')}` : ''}`;
  const rate = grouped(((events + outcomes) * 1000) / Math.max(1, elapsedMs));
  const lines = [
    `${published} of ${count(rows, 'row')} published to topic "${topic}"${topicCreated ? ' (created)' : ''} in ${shortDuration(elapsedMs)}, ${rate}/s`,
  ];
  if (schemaFrom !== null) lines.push(`schema: ${schemaFrom}, subject ${subjectOf(topic)}`);
  if (outcomes > 0) lines.push(`${grouped(positives)} of the outcomes are positive`);
  for (const field of widened) lines.push(`field "${field}" held whole numbers, from now on it is a double`);
  for (const [column, field] of renamed) lines.push(`column "${column}" is field "${field}"`);
  if (resent > 0)
    lines.push(
      `${count(resent, 'record')} sent again while the broker was away: some may be there twice; a source with an id drops them`,
    );
  if (result.stopped) lines.push(`stopped; ${placeOf(result)}`);
  return lines;
}

/** What was said on the command line, without the rest. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
