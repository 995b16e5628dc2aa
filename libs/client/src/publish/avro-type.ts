import type { AvroField, AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';

export interface FieldType {
  readonly nullable: boolean;
  /** `long`, `string`, `record`…; `union` where a value may be of several types. */
  readonly name: string;
  readonly logical: string | undefined;
  /** Digits behind the point of a decimal. */
  readonly scale: number;
  /** Bytes of a `fixed`. */
  readonly sizeBytes: number | undefined;
}

export function fieldsOf(schema: AvroSchemaJson): readonly AvroField[] {
  if (typeof schema === 'object' && 'fields' in schema && schema.fields) return schema.fields;
  throw new ClientError('CLIENT_SCHEMA_INVALID', 'the schema is not an Avro record with fields');
}

export function typeOfField(type: AvroSchemaJson): FieldType {
  if (typeof type === 'string') return { ...plain, nullable: type === 'null', name: type };
  if (isUnion(type)) {
    const branches = type.filter((branch) => branch !== 'null');
    const nullable = branches.length < type.length;
    const [only] = branches;
    if (branches.length !== 1 || only === undefined) return { ...plain, nullable, name: 'union' };
    return { ...typeOfField(only), nullable };
  }
  if (typeof type.type !== 'string') return typeOfField(type.type);
  const scale = type['scale'];
  return {
    nullable: false,
    name: type.type,
    logical: type.logicalType,
    scale: typeof scale === 'number' ? scale : 0,
    sizeBytes: type.size,
  };
}

const plain = { logical: undefined, scale: 0, sizeBytes: undefined } as const;

export function isUnion(type: AvroSchemaJson): type is readonly AvroSchemaJson[] {
  return Array.isArray(type);
}
