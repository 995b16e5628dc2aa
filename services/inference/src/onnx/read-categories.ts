import protobuf from 'protobufjs';

/** Operators that map strings to numbers, some of which fail on a string that they do not know. */
const encoders: ReadonlySet<string> = new Set(['OneHotEncoder', 'LabelEncoder', 'CategoryMapper']);
const categoryAttributes: ReadonlySet<string> = new Set(['cats_strings', 'keys_strings']);

// Apart from the descriptor of admission: tables of trees are strings and numbers too, and most models have no encoder.
const modelType = protobuf.Root.fromJSON({
  nested: {
    ModelProto: { fields: { graph: { type: 'GraphProto', id: 7 } } },
    GraphProto: { fields: { node: { rule: 'repeated', type: 'NodeProto', id: 1 } } },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
      },
    },
    AttributeProto: {
      fields: { name: { type: 'string', id: 1 }, strings: { rule: 'repeated', type: 'string', id: 9 } },
    },
  },
}).lookupType('ModelProto');

interface Node {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly opType: string;
  readonly attribute: readonly { readonly name: string; readonly strings: readonly string[] }[];
}

export function hasEncoder(operators: ReadonlySet<string>): boolean {
  return [...operators].some((operator) => encoders.has(operator.slice(operator.lastIndexOf(':') + 1)));
}

/** The strings that the model knows of each of its inputs, as far as an encoder can be traced back to the input. */
export function readCategories(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const { graph } = modelType.decode(bytes) as unknown as { readonly graph: { readonly node: readonly Node[] } | null };
  const makers = new Map((graph?.node ?? []).flatMap((node) => node.output.map((output) => [output, node] as const)));
  const found = new Map<string, readonly string[]>();
  for (const node of graph?.node ?? []) {
    if (!encoders.has(node.opType)) continue;
    const categories = node.attribute.flatMap(({ name, strings }) => (categoryAttributes.has(name) ? strings : []));
    if (categories.length === 0) continue;
    for (const input of originsOf(node, makers)) found.set(input, [...(found.get(input) ?? []), ...categories]);
  }
  return found;
}

/** The graph inputs that a node's values come from. */
function originsOf(start: Node, makers: ReadonlyMap<string, Node>): Set<string> {
  const origins = new Set<string>();
  const seen = new Set<Node>([start]);
  for (const node of seen) {
    for (const input of node.input) {
      const maker = makers.get(input);
      if (maker === undefined) origins.add(input);
      else seen.add(maker);
    }
  }
  return origins;
}
