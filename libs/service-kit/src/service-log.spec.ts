import { expect, it } from 'vitest';
import { ServiceLog } from './service-log.ts';

function logged(write: (log: ServiceLog) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(
    new ServiceLog({ service: 'x', level: 'info', destination: { write: (line: string) => void lines.push(line) } }),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('a line is an event name and its fields', () => {
  expect(logged((log) => log.info('batch-done', { records: 3 }))).toEqual([
    { level: 'info', at: expect.any(String) as string, service: 'x', event: 'batch-done', records: 3 },
  ]);
});

it('secrets are masked by the name of their field and in addresses', () => {
  const [line] = logged((log) =>
    log.warn('configured', {
      kafka: { sasl: { username: 'u', password: 'hush' } },
      headers: { Authorization: 'Basic abc' },
      redis: 'rediss://user:hush@host:6379',
      error: new Error('cannot reach http://user:hush@host'),
    }),
  );
  expect(JSON.stringify(line)).not.toMatch(/hush|abc/);
  expect(line).toMatchObject({ redis: 'rediss://***@host:6379', kafka: { sasl: { username: 'u' } } });
});

it('an error keeps its code and its cause', () => {
  const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'X_FAILED' });
  expect(logged((log) => log.error('failed', { error }))[0]).toMatchObject({
    error: { message: 'outer', code: 'X_FAILED', cause: { message: 'inner' } },
  });
});

it('nothing below the level is written', () => {
  expect(logged((log) => log.debug('detail'))).toEqual([]);
});
