import { expect, it } from 'vitest';
import { assessmentSchema, newAssessment, updatedAssessment, type Assessment } from './assessment.ts';

const source = { source_type: 'HUMAN', source_id: 'ada' };
const made = (sent: unknown): Assessment =>
  newAssessment(assessmentSchema.parse(sent), { traceId: 'tr-1', id: 'a-1', nowMs: 0 });

it('a new assessment gets an id, times and its trace', () => {
  expect(made({ assessment_name: 'ok', source, feedback: { value: true } })).toMatchObject({
    assessment_id: 'a-1',
    trace_id: 'tr-1',
    create_time: '1970-01-01T00:00:00.000Z',
    valid: true,
    feedback: { value: true },
  });
});

const asJson = (value: string) => ({ serialized_value: { serialization_format: 'JSON_FORMAT', value } });

it.each([
  [{ value: 'x' }, { value: 'x' }],
  [{ value: null }, { value: null }],
  [{ value: { ok: [1, true] } }, asJson('{"ok":[1,true]}')],
  [asJson('{"ok": 9007199254740993}'), asJson('{"ok": 9007199254740993}')],
  [asJson('7'), { value: 7 }],
  [asJson('NaN'), asJson('NaN')],
])('the expectation %j is told as %j', (expectation, told) => {
  expect(made({ source, expectation }).expectation).toEqual(told);
});

it.each([
  [{ source }, 'Exactly one of'],
  [{ source, feedback: { value: 1 }, expectation: { value: 1 } }, 'Exactly one of'],
  [{ source, expectation: { value: 1 }, error: { error_code: 'E' } }, 'Cannot set `error`'],
  [{ feedback: { value: 1 } }, 'assessment.source'],
])('%j is refused: %s', (sent, reason) => {
  expect(() => made(sent)).toThrow(reason);
});

it('an update changes what it names, adds metadata, and keeps the kind', () => {
  const held = made({ assessment_name: 'ok', source, feedback: { value: 1 }, metadata: { a: '1' }, rationale: 'why' });
  const sent = assessmentSchema.parse({ feedback: { value: 2 }, metadata: { b: '2' }, rationale: 'else' });
  expect(updatedAssessment(held, { sent, fields: ['feedback', 'metadata'], nowMs: 1000 })).toMatchObject({
    feedback: { value: 2 },
    metadata: { a: '1', b: '2' },
    rationale: 'why',
    last_update_time: '1970-01-01T00:00:01.000Z',
  });
  expect(() => updatedAssessment(held, { sent, fields: ['expectation'], nowMs: 0 })).toThrow(
    'on a Feedback assessment',
  );
});
