import { isReservedColumn, type ColumnType } from '@millrace/feature-engine';
import type { AvroComplexSchema, AvroSchemaJson } from '@millrace/schemas';

/** A field that no feature can be made of, by its dotted name. */
export interface LeftOutField {
  readonly field: string;
  readonly reason: string;
}

export interface AvroColumns {
  /** Fields of nested records have dotted names. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly leftOut: readonly LeftOutField[];
}

/** A type where it is mentioned: names mean something within a namespace. */
interface Mentioned {
  readonly type: AvroSchemaJson;
  readonly namespace: string;
}

const longestName = 200;

/** The columns of an Avro record that features can be made of, and the fields that are none; null for what is no record. */
export function columnsFromAvro(schema: AvroSchemaJson): AvroColumns | null {
  if (!isComplex(schema) || schema.fields === undefined) return null;
  return new ColumnReader().read(schema);
}

class ColumnReader {
  readonly #columns: Record<string, ColumnType> = {};
  readonly #leftOut: LeftOutField[] = [];
  readonly #named = new Map<string, Mentioned>();

  read(schema: AvroComplexSchema): AvroColumns {
    this.#record({ type: schema, namespace: '' }, { prefix: '', within: [] });
    return { columns: this.#columns, leftOut: this.#leftOut };
  }

  #record({ type, namespace }: Mentioned, at: { prefix: string; within: readonly AvroSchemaJson[] }): void {
    if (!isComplex(type)) return;
    const inner = this.#declare(type, namespace);
    for (const field of type.fields ?? []) {
      const name = at.prefix + field.name;
      const mentioned = this.#resolve({ type: field.type, namespace: inner });
      const nested = isComplex(mentioned.type) && mentioned.type.type === 'record' ? mentioned : null;
      if (nested === null) this.#field(name, mentioned);
      else if ([type, ...at.within].includes(nested.type)) this.#leave(name, 'is a record within itself');
      else this.#record(nested, { prefix: `${name}.`, within: [type, ...at.within] });
    }
  }

  #field(name: string, { type, namespace }: Mentioned): void {
    if (isReservedColumn(name)) return this.#leave(name, 'has a name that the platform uses itself');
    if (name.length > longestName) return this.#leave(name, `has a name of more than ${longestName} characters`);
    const column = Array.isArray(type) ? this.#union(type, namespace) : scalar(type);
    if (column === null) this.#leave(name, `is ${described(type)}: a column holds one number, text, boolean or time`);
    else this.#columns[name] = column;
  }

  /** Numbers of several kinds are numbers. */
  #union(branches: readonly AvroSchemaJson[], namespace: string): ColumnType | null {
    const types = branches.map((branch) => scalar(this.#resolve({ type: branch, namespace }).type));
    return types.every((type) => type === 'int' || type === 'long' || type === 'double') ? 'double' : null;
  }

  /** The type itself in place of its name, and what it is beside null. */
  #resolve({ type, namespace }: Mentioned): Mentioned {
    if (Array.isArray(type)) {
      const branches = type.filter((branch: AvroSchemaJson) => branch !== 'null');
      const [only] = branches;
      if (branches.length === 1 && only !== undefined) return this.#resolve({ type: only, namespace });
      return { type: branches, namespace };
    }
    if (typeof type === 'string') {
      return this.#named.get(type) ?? this.#named.get(`${namespace}.${type}`) ?? { type, namespace };
    }
    if (!isComplex(type)) return { type, namespace };
    // `{ "type": { "type": "record", ... } }` and `{ "type": "named.elsewhere" }` say no more than what they hold.
    if (type.logicalType === undefined && type.name === undefined && !isContainer(type)) {
      return this.#resolve({ type: type.type, namespace });
    }
    if (type.name !== undefined) this.#declare(type, namespace);
    return { type, namespace };
  }

  /** Remembers a named type; returns the namespace that holds within it. */
  #declare(type: AvroComplexSchema, namespace: string): string {
    const name = type.name ?? '';
    const dot = name.lastIndexOf('.');
    const own = dot === -1 ? (type.namespace ?? namespace) : name.slice(0, dot);
    const full = dot === -1 && own !== '' ? `${own}.${name}` : name;
    if (!this.#named.has(full)) this.#named.set(full, { type, namespace });
    return own;
  }

  #leave(field: string, reason: string): void {
    this.#leftOut.push({ field, reason });
  }
}

function isComplex(type: AvroSchemaJson): type is AvroComplexSchema {
  return typeof type === 'object' && !Array.isArray(type);
}

function isContainer({ type }: AvroComplexSchema): boolean {
  return type === 'array' || type === 'map';
}

function scalar(type: AvroSchemaJson): ColumnType | null {
  if (isComplex(type)) {
    if (type.logicalType === 'timestamp-millis') return 'timestamp';
    // The codec gives its number, not its bytes.
    if (type.logicalType === 'decimal') return 'double';
    return type.type === 'enum' ? 'string' : scalar(type.type);
  }
  switch (type) {
    case 'string':
    case 'boolean':
    case 'int':
    case 'long':
    case 'double':
      return type;
    case 'float':
      return 'double';
    default:
      return null;
  }
}

function described(type: AvroSchemaJson): string {
  if (isComplex(type)) return described(type.type);
  if (typeof type !== 'string') return `a union of ${type.map((branch) => described(branch)).join(', ')}`;
  return type;
}
