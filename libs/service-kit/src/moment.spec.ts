import { describe, expect, it } from 'vitest';
import { momentText, readMoment } from './moment.ts';

describe('a moment in a query', () => {
  it('is a time in milliseconds or ISO 8601, or an offset', () => {
    expect(readMoment('1700000000000')).toEqual({ atMs: 1_700_000_000_000 });
    expect(readMoment('2026-01-31T12:00:00Z')).toEqual({ atMs: Date.UTC(2026, 0, 31, 12) });
    expect(readMoment('2026-01-31T12:00:00.5+02:00')).toEqual({ atMs: Date.UTC(2026, 0, 31, 10, 0, 0, 500) });
    expect(readMoment('2026-01-31')).toEqual({ atMs: Date.UTC(2026, 0, 31) });
    expect(readMoment('offset:41')).toEqual({ offset: 41 });
  });

  it.each([
    '',
    'now',
    '-1',
    '1e400',
    'NaN',
    'offset:-1',
    'offset:99999999999999999',
    '2026-01-31T12:00:00',
    '2026-13-01',
    '9'.repeat(500),
  ])('is refused by name when it is %s', (text) => {
    expect(() => readMoment(text)).toThrow(expect.objectContaining({ code: 'MOMENT_INVALID' }));
  });

  it('is named in words', () => {
    expect(momentText({ atMs: 0 })).toBe('at 1970-01-01T00:00:00.000Z');
    expect(momentText({ offset: 3 })).toBe('at offset 3');
  });

  it('has a time that can be written', () => {
    expect(() => momentText(readMoment('999999999999999'))).not.toThrow();
  });
});
