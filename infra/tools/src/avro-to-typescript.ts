/** The part of an Avro schema that the generator reads. */
export interface AvroNode {
  readonly type?: unknown;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly fields?: readonly AvroFieldNode[];
  readonly items?: unknown;
  readonly values?: unknown;
  readonly symbols?: readonly string[];
}

export interface AvroFieldNode {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly default?: unknown;
}

const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};

/** TypeScript declarations of one schema file by type name: the record itself and every named type inside it. */
export function declarationsOf(schema: AvroNode): Map<string, string> {
  const declarations = new Map<string, string>();
  typeOf(schema, declarations);
  return declarations;
}

/** What the house rules forbid in a schema, one line a fault. */
export function faultsOf(file: string, schema: AvroNode): string[] {
  const faults: string[] = [];
  if (schema.type !== 'record') faults.push(`${file}: the top level must be a record`);
  if (schema.namespace !== 'millrace') faults.push(`${file}: the namespace must be "millrace"`);
  if (`${schema.name}.avsc` !== file) faults.push(`${file}: holds the record "${schema.name}", name the file after it`);
  checkNode(file, schema, faults);
  return faults;
}

function checkNode(path: string, node: unknown, faults: string[]): void {
  if (Array.isArray(node)) {
    const optional = node.length === 2 && node[0] === 'null';
    if (!optional) faults.push(`${path}: a union must be ["null", X], other unions read differently in every language`);
    for (const branch of node) checkNode(path, branch, faults);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const schema = node as AvroNode;
  if (schema.type === 'record' && !schema.doc) faults.push(`${path}: the record has no doc`);
  for (const field of schema.fields ?? []) {
    const at = `${path}/${field.name}`;
    if (!field.doc) faults.push(`${at}: the field has no doc`);
    checkNode(at, field.type, faults);
  }
  if (typeof schema.type === 'object') checkNode(path, schema.type, faults);
  if (schema.items !== undefined) checkNode(path, schema.items, faults);
  if (schema.values !== undefined) checkNode(path, schema.values, faults);
}

function typeOf(node: unknown, declarations: Map<string, string>): string {
  if (typeof node === 'string') return primitives[node] ?? node.slice(node.lastIndexOf('.') + 1);
  if (Array.isArray(node)) return [...node.slice(1), node[0]].map((branch) => typeOf(branch, declarations)).join(' | ');
  const schema = node as AvroNode;
  switch (schema.type) {
    case 'record':
      return declareRecord(schema, declarations);
    case 'enum': {
      const name = schema.name ?? '';
      declarations.set(name, `export type ${name} = ${(schema.symbols ?? []).map((s) => `'${s}'`).join(' | ')};`);
      return name;
    }
    case 'array':
      return `readonly (${typeOf(schema.items, declarations)})[]`;
    case 'map':
      return `Readonly<Record<string, ${typeOf(schema.values, declarations)}>>`;
    case 'fixed':
      return 'Buffer';
    default:
      return typeOf(schema.type, declarations);
  }
}

function declareRecord(schema: AvroNode, declarations: Map<string, string>): string {
  const name = schema.name ?? '';
  const fields = (schema.fields ?? []).map(
    (field) => `/** ${comment(field.doc)} */\nreadonly ${field.name}: ${typeOf(field.type, declarations)};`,
  );
  declarations.set(name, `/** ${comment(schema.doc)} */\nexport interface ${name} {\n${fields.join('\n')}\n}`);
  return name;
}

function comment(doc: string | undefined): string {
  return (doc ?? '').replaceAll('*/', '* /');
}
