import { describe, expect, it } from 'vitest';
import { frame, grpcMessage, grpcStatusOf, unframe } from './grpc-frame.ts';

describe('frames of gRPC', () => {
  it('hold one message with its length', () => {
    const message = Buffer.alloc(300, 7);
    expect(frame(message).subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 1, 44]));
    expect(unframe(frame(message))).toEqual(message);
    expect(unframe(frame(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it('are none when they are cut off, too long, compressed or several', () => {
    const whole = frame(Buffer.from('abc'));
    const compressed = Buffer.concat([Buffer.from([1]), whole.subarray(1)]);
    for (const body of [whole.subarray(0, 4), whole.subarray(0, 7), Buffer.concat([whole, whole]), compressed]) {
      expect(unframe(body)).toBeNull();
    }
  });
});

it('a message of gRPC is ASCII whatever the text is', () => {
  expect(grpcMessage('{"a": "größer 5%"}\n')).toBe('{"a": "gr%C3%B6%C3%9Fer 5%25"}%0A');
  expect(decodeURIComponent(grpcMessage('größer 5% ☃'))).toBe('größer 5% ☃');
});

it('statuses of HTTP are those of gRPC that mean the same', () => {
  expect([400, 401, 403, 404, 413, 418, 425, 500, 502].map(grpcStatusOf)).toEqual([3, 16, 7, 5, 8, 3, 14, 13, 13]);
});
