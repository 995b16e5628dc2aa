import type { AvroSchemaJson } from '@millrace/schemas';

interface Named {
  readonly type?: unknown;
  readonly name?: string;
  readonly namespace?: string;
}

/**
 * A schema with the schemas that it refers to written in place of their first mention, so that it stands alone. Full
 * names in `referenced`. Unlike a round trip through avsc it keeps logical types and unknown attributes.
 */
export function inlineReferences(
  schema: AvroSchemaJson,
  referenced: ReadonlyMap<string, AvroSchemaJson>,
): AvroSchemaJson {
  if (referenced.size === 0) return schema;
  const written = new Set<string>();
  const visit = (node: unknown, namespace: string): unknown => {
    if (typeof node === 'string') return mention(node, namespace);
    if (Array.isArray(node)) return node.map((branch) => visit(branch, namespace));
    if (typeof node !== 'object' || node === null) return node;
    const named = node as Named;
    const inner = named.name === undefined ? namespace : declare(named, namespace);
    const copy: Record<string, unknown> = { ...node };
    for (const part of ['type', 'items', 'values'] as const) {
      if (copy[part] !== undefined) copy[part] = visit(copy[part], inner);
    }
    if (Array.isArray(copy['fields'])) {
      copy['fields'] = copy['fields'].map((field: Named) => ({ ...field, type: visit(field.type, inner) }));
    }
    return copy;
  };
  const mention = (name: string, namespace: string): unknown => {
    const full = [name, `${namespace}.${name}`].find(
      (candidate) => referenced.has(candidate) && !written.has(candidate),
    );
    const target = full === undefined ? undefined : referenced.get(full);
    if (full === undefined || target === undefined) return name;
    written.add(full);
    return visit(target, namespaceOf(full));
  };
  const declare = ({ name = '', namespace }: Named, enclosing: string): string => {
    const full = name.includes('.') ? name : `${namespace ?? enclosing}.${name}`;
    written.add(full);
    return namespaceOf(full);
  };
  return visit(schema, '') as AvroSchemaJson;
}

function namespaceOf(fullName: string): string {
  return fullName.includes('.') ? fullName.slice(0, fullName.lastIndexOf('.')) : '';
}
