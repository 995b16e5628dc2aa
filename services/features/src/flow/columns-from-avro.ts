import type { ColumnType } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';

/** The columns of an Avro record that features can be made of; nested fields and bytes are left out. */
export function columnsFromAvro(schema: AvroSchemaJson): Record<string, ColumnType> | null {
  if (typeof schema !== 'object' || !('fields' in schema) || !schema.fields) return null;
  const columns: Record<string, ColumnType> = {};
  for (const { name, type } of schema.fields) {
    const column = columnType(type);
    if (column !== null) columns[name] = column;
  }
  return columns;
}

function columnType(type: AvroSchemaJson): ColumnType | null {
  if (Array.isArray(type)) {
    const branches = type.filter((branch: AvroSchemaJson) => branch !== 'null');
    return branches.length === 1 && branches[0] !== undefined ? columnType(branches[0]) : null;
  }
  if (typeof type === 'object' && 'type' in type) {
    if (type.logicalType === 'timestamp-millis') return 'timestamp';
    if (type.type === 'enum') return 'string';
    return type.logicalType === 'decimal' ? null : columnType(type.type);
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
