/** An Avro schema as JSON: a type name, a union, or a complex type. */
export type AvroSchemaJson = string | readonly AvroSchemaJson[] | AvroComplexSchema;

export interface AvroComplexSchema {
  readonly type: AvroSchemaJson;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly fields?: readonly AvroField[];
  readonly items?: AvroSchemaJson;
  readonly values?: AvroSchemaJson;
  readonly symbols?: readonly string[];
  readonly size?: number;
  readonly [attribute: string]: unknown;
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchemaJson;
  readonly doc?: string;
  readonly default?: unknown;
  readonly [attribute: string]: unknown;
}
