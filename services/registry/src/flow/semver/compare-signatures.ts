import { isDeepStrictEqual } from 'node:util';
import { compareTypes, typeName, type TypeChange } from './compare-types.ts';
import type { Field, ModelSignature, Param } from './model-signature.ts';

/** From the smallest to the largest. */
export const changeLevels = ['patch', 'minor', 'major'] as const;
export type ChangeLevel = (typeof changeLevels)[number];

/** One difference between two signatures, and how much it asks of who uses the model. */
export interface SignatureChange {
  readonly level: ChangeLevel;
  /** `inputs.age` */
  readonly path: string;
  readonly text: string;
}

/** Who sends inputs is hurt when fewer are accepted, who reads outputs when there are other ones. */
type Side = 'inputs' | 'outputs' | 'params';

/** Everything that differs, from the point of view of a program that was written for the old signature. */
export function compareSignatures(old: ModelSignature | null, now: ModelSignature | null): SignatureChange[] {
  if (old === null || now === null) {
    if (old === now) return [];
    return old === null
      ? [{ level: 'minor', path: 'signature', text: 'the model says what it takes, which it did not before' }]
      : [{ level: 'major', path: 'signature', text: 'the model no longer says what it takes' }];
  }
  return [
    ...compareFields('inputs', old.inputs, now.inputs),
    ...compareFields('outputs', old.outputs, now.outputs),
    ...compareFields('params', old.params, now.params),
    ...compareDefaults(old.params, now.params),
  ];
}

/** The largest level of all changes; none at all is a model that was trained again. */
export function levelOf(changes: readonly SignatureChange[]): ChangeLevel {
  return changeLevels.findLast((level) => changes.some((change) => change.level === level)) ?? 'patch';
}

function compareFields(side: Side, old: readonly Field[], now: readonly Field[]): SignatureChange[] {
  const [earlier, later] = [keyed(old), keyed(now)];
  const changes: SignatureChange[] = [];
  for (const [key, field] of earlier) {
    const next = later.get(key);
    const path = `${side}.${key}`;
    if (next === undefined) changes.push({ level: 'major', path, text: 'is gone' });
    else changes.push(...compareField({ side, path }, field, next));
  }
  for (const [key, field] of later) {
    if (earlier.has(key)) continue;
    const isDemanded = side === 'inputs' && field.required;
    const text = side === 'outputs' ? 'is new' : field.required ? 'is new and required' : 'is new and optional';
    changes.push({ level: isDemanded ? 'major' : 'minor', path: `${side}.${key}`, text });
  }
  return changes;
}

/** Fields with names by them, wherever they stand; those without by their place. */
function keyed(fields: readonly Field[]): Map<string, Field> {
  return new Map(fields.map((field, index) => [field.name ?? `[${index}]`, field]));
}

function compareField({ side, path }: { readonly side: Side; readonly path: string }, old: Field, now: Field) {
  const changes: SignatureChange[] = [];
  if (old.required !== now.required) {
    const text = now.required ? 'became required' : 'became optional';
    // A caller that left an input out fails now; a reader of an output that may be missing does.
    const isHarmful = side === 'outputs' ? !now.required : now.required;
    changes.push({ level: isHarmful ? 'major' : 'minor', path, text });
  }
  const change = compareTypes(old.type, now.type);
  if (change !== 'same') {
    const text = `became ${typeName(now.type)}, it was ${typeName(old.type)}`;
    changes.push({ level: isCompatible(side, change) ? 'minor' : 'major', path, text });
  }
  return changes;
}

function isCompatible(side: Side, change: TypeChange): boolean {
  return change === (side === 'outputs' ? 'narrower' : 'wider');
}

function compareDefaults(old: readonly Param[], now: readonly Param[]): SignatureChange[] {
  const later = new Map(now.map((param) => [param.name, param]));
  return old.flatMap(({ name, defaultValue }) => {
    const next = later.get(name);
    if (next === undefined || isDeepStrictEqual(next.defaultValue, defaultValue)) return [];
    const text = `has the default ${JSON.stringify(next.defaultValue)}, it was ${JSON.stringify(defaultValue)}`;
    return [{ level: 'minor' as const, path: `params.${name}`, text }];
  });
}
