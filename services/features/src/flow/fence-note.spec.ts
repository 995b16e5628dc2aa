import { Watermarks } from '@millrace/events';
import { describe, expect, it } from 'vitest';
import { decodeFenceNote, encodeFenceNote } from './fence-note.ts';

function watermarks(): Watermarks {
  const made = Watermarks.empty();
  made.accept({ lane: 'spend@1', sourceTopic: 'payments', generation: 0, sourcePartition: 3, sourceOffset: 17 });
  return made;
}

describe('the note beside a fence', () => {
  it('is read as it was written', () => {
    const note = { lanes: { 'risk@1': 5, 'dead-letters': 0 }, watermarks: watermarks().toJSON() };
    expect(decodeFenceNote(encodeFenceNote(note))).toEqual(note);
    expect(decodeFenceNote(encodeFenceNote({}))).toEqual({});
    expect(decodeFenceNote(Buffer.alloc(0))).toEqual({});
  });

  it('is read as it was before it had a version', () => {
    const lanes = { 'risk@1': 5, 'dead-letters': 0 };
    expect(decodeFenceNote(Buffer.from(JSON.stringify(lanes)))).toEqual({ lanes });
    const applied = watermarks().toJSON();
    expect(decodeFenceNote(Buffer.from(JSON.stringify(applied)))).toEqual({ watermarks: applied });
  });

  it('is refused when a newer service has written it', () => {
    expect(() => decodeFenceNote(Buffer.from('{"version":2}'))).toThrow(
      'has format 2, and this service knows format 1',
    );
  });
});
