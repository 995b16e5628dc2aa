import type { DeadLetter, EventBus } from '@millrace/events';
import { placeOf } from '../../dead-letters/dead-letter-place.ts';
import { jsonText } from '../json-text.ts';
import { count, indented, shortTime } from '../layout.ts';

/** Bytes that are printed; all of them are in the JSON form. */
const shownBytes = 512;
const bytesALine = 16;

/** A dead letter for a person to read. */
export async function renderLetter(bus: EventBus, letter: DeadLetter): Promise<string[]> {
  const { group, generation, reason, message, timestampMs, atMs, replayedAtMs, key, value, headers, schemaId, cut } =
    letter;
  const replayed = replayedAtMs === null ? 'not brought back' : `brought back at ${shortTime(replayedAtMs)}`;
  return [
    `${placeOf(letter)} (generation ${generation}), given up by ${group}`,
    `  reason     ${reason}: ${message}`,
    `  published  ${shortTime(timestampMs)}, given up ${shortTime(atMs)}, ${replayed}`,
    `  key        ${key === null ? 'none' : textOrHex(key)}`,
    ...Object.entries(headers).map(
      ([name, bytes]) => `  header     ${name}: ${[bytes].flat().map(textOrHex).join(', ')}`,
    ),
    `  schema     ${schemaId === null ? 'no id in front of the value' : `id ${schemaId}`}`,
    ...cut.map(
      ({ part, sizeBytes, sha256 }) =>
        `  cut        the ${part} had ${count(sizeBytes, 'byte')}${sha256 === undefined ? '' : `, sha256 ${sha256}`}`,
    ),
    ...(value === null
      ? ['  value      none']
      : [`  value      ${count(value.length, 'byte')}`, ...indented(hexLines(value), 4)]),
    ...(await decoded(bus, letter)),
  ];
}

async function decoded(bus: EventBus, { value, headers }: DeadLetter): Promise<string[]> {
  if (value === null) return [];
  const single = Object.entries(headers).flatMap(([name, bytes]) => {
    const last = [bytes].flat().findLast((one) => one !== null);
    return last ? [[name, last] as const] : [];
  });
  const [result] = await bus.codec.reader().decodeBatch([{ value, headers: Object.fromEntries(single) }]);
  if (!result?.ok) return [`  decoded    no: ${result?.message ?? ''}`];
  return ['  decoded', ...indented(jsonText(result.value, 2).split('\n'), 4)];
}

function hexLines(bytes: Buffer): string[] {
  const lines: string[] = [];
  const end = Math.min(bytes.length, shownBytes);
  for (let at = 0; at < end; at += bytesALine) {
    const part = bytes.subarray(at, Math.min(end, at + bytesALine));
    const hex = part.toString('hex').replace(/(..)(?=.)/g, '$1 ');
    const text = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(bytesALine * 3)} ${text}`);
  }
  if (bytes.length > end) lines.push(`… ${count(bytes.length - end, 'byte')} more: --json has all of them`);
  return lines;
}

function textOrHex(bytes: Buffer | null): string {
  if (bytes === null) return 'without a value';
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) && !/\p{Cc}/u.test(text) ? text : `0x${bytes.toString('hex')}`;
}
