import { isDeepStrictEqual } from 'node:util';
import type { Field, ValueType } from './model-signature.ts';

/**
 * How a type became another: `wider` holds all that the old one did and more, `narrower` the other way round, `other` is
 * neither.
 */
export type TypeChange = 'same' | 'wider' | 'narrower' | 'other';

/** Types whose every value the later ones hold exactly, as MLflow converts inputs. */
const widenings: Readonly<Record<string, readonly string[]>> = {
  integer: ['long', 'double'],
  float: ['double'],
};

export function compareTypes(old: ValueType, now: ValueType): TypeChange {
  if (isDeepStrictEqual(old, now)) return 'same';
  if (now.kind === 'any') return 'wider';
  if (old.kind === 'any') return 'narrower';
  if (old.kind === 'scalar' && now.kind === 'scalar') return compareScalars(old.name, now.name);
  if (old.kind === 'array' && now.kind === 'array') return compareTypes(old.items, now.items);
  if (old.kind === 'map' && now.kind === 'map') return compareTypes(old.values, now.values);
  if (old.kind === 'object' && now.kind === 'object') return compareObjects(old.fields, now.fields);
  if (old.kind === 'tensor' && now.kind === 'tensor') {
    return old.dtype === now.dtype ? compareShapes(old.shape, now.shape) : 'other';
  }
  return 'other';
}

export function typeName(type: ValueType): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'any':
      return 'any';
    case 'array':
      return `array of ${typeName(type.items)}`;
    case 'map':
      return `map of ${typeName(type.values)}`;
    case 'object':
      return `object {${type.fields.map((field) => `${field.name}: ${typeName(field.type)}`).join(', ')}}`;
    case 'tensor':
      return `tensor ${type.dtype}[${type.shape.join(', ')}]`;
  }
}

function compareScalars(old: string, now: string): TypeChange {
  if (widenings[old]?.includes(now)) return 'wider';
  return widenings[now]?.includes(old) ? 'narrower' : 'other';
}

function compareShapes(old: readonly number[], now: readonly number[]): TypeChange {
  if (old.length !== now.length) return 'other';
  return allOf(
    old.map((size, axis) => {
      if (size === now[axis]) return 'same';
      if (now[axis] === -1) return 'wider';
      return size === -1 ? 'narrower' : 'other';
    }),
  );
}

/** An object without a property is no object of a type that requires it; one of unknown properties is no wider. */
function compareObjects(old: readonly Field[], now: readonly Field[]): TypeChange {
  const later = new Map(now.map((field) => [field.name, field]));
  const earlier = new Set(old.map(({ name }) => name));
  return allOf([
    ...old.map((field): TypeChange => {
      const next = later.get(field.name);
      if (next === undefined) return 'other';
      const presence: TypeChange = field.required === next.required ? 'same' : next.required ? 'narrower' : 'wider';
      return allOf([presence, compareTypes(field.type, next.type)]);
    }),
    ...now.filter(({ name }) => !earlier.has(name)).map(({ required }): TypeChange => (required ? 'other' : 'wider')),
  ]);
}

function allOf(changes: readonly TypeChange[]): TypeChange {
  const kinds = new Set(changes.filter((change) => change !== 'same'));
  if (kinds.size === 0) return 'same';
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : 'other';
}
