import { describe, expect, it } from 'vitest';
import { readHttpAnswer } from './http-answer.ts';

const plain = 'HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello';
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, 10 bytes\r\n0\r\n\r\n';

describe('an HTTP answer', () => {
  it.each([
    ['with a length', plain, 201, 'hello'],
    ['in chunks', chunked, 200, 'hello, 10 bytes'],
    ['without a body', 'HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n', 404, ''],
  ])('%s is read once its last byte is there, and no byte further', (_, text, status, body) => {
    const whole = Buffer.from(text);
    const answer = readHttpAnswer(Buffer.concat([whole, Buffer.from('HTTP/1.1 200')]));
    expect([answer?.status, answer?.body.toString(), answer?.length]).toEqual([status, body, whole.length]);
    for (let length = 0; length < whole.length; length += 1)
      expect(readHttpAnswer(whole.subarray(0, length))).toBeNull();
  });

  it('says when the server closes the connection after it', () => {
    expect(readHttpAnswer(Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'))?.closes).toBe(true);
    expect(readHttpAnswer(Buffer.from(plain))?.closes).toBe(false);
  });
});
