import { ClickHouseError } from '@clickhouse/client';
import { TransientError } from '@millrace/events';
import { expect, it } from 'vitest';
import { wholeAnswer } from './whole-answer.ts';

const mark = Buffer.from('the mark');
const exceptionTag = 'abcdefghijklmnop';

async function* inPieces(bytes: Buffer, size: number, then?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  if (then !== undefined) throw then;
}

async function read(bytes: Buffer, size: number, then?: Error): Promise<{ got: Buffer; error: unknown }> {
  const got: Buffer[] = [];
  try {
    for await (const piece of wholeAnswer(inPieces(bytes, size, then), { mark, exceptionTag })) got.push(piece);
    return { got: Buffer.concat(got), error: null };
  } catch (error) {
    return { got: Buffer.concat(got), error };
  }
}

function exception(message: string): Buffer {
  const said = `${message}\n`;
  const frame = '__exception__\r\n';
  return Buffer.from(`\r\n${frame}${exceptionTag}\r\n${said}${said.length} ${exceptionTag}\r\n${frame}`);
}

it.each([0, 1, 31 * 1024, 100_000])('gives %i bytes before the mark, however they are cut', async (length) => {
  const data = Buffer.alloc(length, 'data');
  for (const size of [1_000, 32 * 1024, 1_000_000]) {
    const { got, error } = await read(Buffer.concat([data, mark]), size);
    expect(error).toBeNull();
    expect(got.equals(data)).toBe(true);
  }
  expect((await read(Buffer.concat([data.subarray(0, 50), mark]), 1)).got.equals(data.subarray(0, 50))).toBe(true);
});

it('an answer that ends anywhere before the end of its mark is broken off', async () => {
  const whole = Buffer.concat([Buffer.from('some data'), mark]);
  for (let length = 0; length < whole.length; length += 1) {
    expect((await read(whole.subarray(0, length), 3)).error).toBeInstanceOf(TransientError);
  }
});

it('an answer that goes on behind its mark is broken off', async () => {
  expect((await read(Buffer.concat([mark, Buffer.from('x')]), 4)).error).toBeInstanceOf(TransientError);
});

it.each([undefined, new Error('aborted')])(
  'throws the exception that the server wrote behind the rows and gives nothing of it (then %s)',
  async (then) => {
    const data = Buffer.alloc(100_000, 'data');
    const bytes = Buffer.concat([data, exception('Code: 241. DB::Exception: too much. (MEMORY_LIMIT_EXCEEDED)')]);
    const { got, error } = await read(bytes, 777, then);
    expect(error).toBeInstanceOf(ClickHouseError);
    expect(error).toMatchObject({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' });
    expect(got.length).toBeLessThanOrEqual(data.length);
  },
);

it('throws what happened to the connection', async () => {
  const cut = new Error('aborted');
  expect((await read(Buffer.concat([Buffer.alloc(100_000), mark]), 1_000, cut)).error).toBe(cut);
});
