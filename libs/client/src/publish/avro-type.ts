import type { AvroField, AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';

export interface FieldType {
  readonly nullable: boolean;
  /** `long`, `string`, `record`…; `union` where a value may be of several types. */
  readonly name: string;
  readonly logical: string | undefined;
}

export function fieldsOf(schema: AvroSchemaJson): readonly AvroField[] {
  if (typeof schema === 'object' && 'fields' in schema && schema.fields) return schema.fields;
  throw new ClientError('CLIENT_SCHEMA_INVALID', 'the schema is not an Avro record with fields');
}

export function typeOfField(type: AvroSchemaJson): FieldType {
  if (typeof type === 'string') return { nullable: type === 'null', name: type, logical: undefined };
  if (isUnion(type)) {
    const branches = type.filter((branch) => branch !== 'null');
    const nullable = branches.length < type.length;
    const [only] = branches;
    if (branches.length !== 1 || only === undefined) return { nullable, name: 'union', logical: undefined };
    return { ...typeOfField(only), nullable };
  }
  if (typeof type.type !== 'string') return typeOfField(type.type);
  return { nullable: false, name: type.type, logical: type.logicalType };
}

function isUnion(type: AvroSchemaJson): type is readonly AvroSchemaJson[] {
  return Array.isArray(type);
}
