import protobuf from 'protobufjs';
import { onnxDescriptor } from './onnx-descriptor.ts';
import type { ElementType, OnnxModel, OnnxValue, ValueType } from './onnx-model.ts';

const modelType = protobuf.Root.fromJSON(onnxDescriptor).lookupType('ModelProto');

// The decoded shapes; absent fields read as the defaults of proto3, nested messages as null.
type Int64 = number | { toNumber(): number };
interface Tensor {
  readonly name: string;
  readonly externalData: readonly unknown[];
  readonly dataLocation: number;
}
interface SparseTensor {
  readonly values: Tensor | null;
  readonly indices: Tensor | null;
}
interface Attribute {
  readonly t: Tensor | null;
  readonly g: Graph | null;
  readonly tensors: readonly Tensor[];
  readonly graphs: readonly Graph[];
  readonly sparseTensor: SparseTensor | null;
  readonly sparseTensors: readonly SparseTensor[];
}
interface Node {
  readonly opType: string;
  readonly domain: string;
  readonly attribute: readonly Attribute[];
}
interface Graph {
  readonly node: readonly Node[];
  readonly initializer: readonly Tensor[];
  readonly sparseInitializer: readonly SparseTensor[];
  readonly input: readonly ValueInfo[];
  readonly output: readonly ValueInfo[];
}
interface ValueInfo {
  readonly name: string;
  readonly type: TypeInfo | null;
}
interface TypeInfo {
  readonly tensorType: {
    readonly elemType: number;
    readonly shape: { readonly dim: readonly Dimension[] } | null;
  } | null;
  readonly sequenceType: unknown;
  readonly mapType: unknown;
  readonly opaqueType: unknown;
  readonly sparseTensorType: unknown;
  readonly optionalType: unknown;
}
interface Dimension {
  readonly dimValue: Int64;
  readonly dimParam: string;
}
interface Model {
  readonly graph: Graph | null;
  readonly opsetImport: readonly { readonly domain: string; readonly version: Int64 }[];
  readonly functions: readonly { readonly name: string; readonly domain: string; readonly node: readonly Node[] }[];
}

const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [1, 'float32'],
  [6, 'int32'],
  [7, 'int64'],
  [8, 'string'],
  [9, 'bool'],
  [11, 'float64'],
]);
const externalLocation = 1;

/** Reads a model file without running anything of it. Returns null for bytes that are not an ONNX model. */
export function parseOnnx(bytes: Uint8Array): OnnxModel | null {
  const model = decode(bytes);
  if (model?.graph == null) return null;
  const { graph } = model;
  if (graph.node.length === 0 || graph.output.length === 0) return null;
  const found: Found = { operators: new Set(), externalTensors: [], nodeCount: 0 };
  collectGraph(graph, found);
  for (const definition of model.functions) collectNodes(definition.node, found);
  for (const definition of model.functions) found.operators.delete(operatorName(definition.domain, definition.name));
  const initialized = new Set(graph.initializer.map((tensor) => tensor.name));
  return {
    inputs: graph.input.filter((input) => !initialized.has(input.name)).map(toValue),
    outputs: graph.output.map(toValue),
    opsets: new Map(model.opsetImport.map((opset) => [normalDomain(opset.domain), Number(opset.version)])),
    operators: found.operators,
    externalTensors: found.externalTensors,
    nodeCount: found.nodeCount,
    sizeBytes: bytes.byteLength,
  };
}

function decode(bytes: Uint8Array): Model | null {
  try {
    return modelType.decode(bytes) as unknown as Model;
  } catch {
    // Truncated, not protobuf at all, or nested beyond what the decoder follows: whichever, not a model that we load.
    return null;
  }
}

interface Found {
  readonly operators: Set<string>;
  readonly externalTensors: string[];
  nodeCount: number;
}

function collectGraph(graph: Graph, found: Found): void {
  for (const tensor of graph.initializer) collectTensor(tensor, found);
  for (const sparse of graph.sparseInitializer) collectSparse(sparse, found);
  collectNodes(graph.node, found);
}

function collectNodes(nodes: readonly Node[], found: Found): void {
  for (const node of nodes) {
    found.nodeCount += 1;
    found.operators.add(operatorName(node.domain, node.opType));
    for (const attribute of node.attribute) {
      if (attribute.t != null) collectTensor(attribute.t, found);
      if (attribute.g != null) collectGraph(attribute.g, found);
      if (attribute.sparseTensor != null) collectSparse(attribute.sparseTensor, found);
      for (const tensor of attribute.tensors) collectTensor(tensor, found);
      for (const graph of attribute.graphs) collectGraph(graph, found);
      for (const sparse of attribute.sparseTensors) collectSparse(sparse, found);
    }
  }
}

function collectSparse(sparse: SparseTensor, found: Found): void {
  if (sparse.values != null) collectTensor(sparse.values, found);
  if (sparse.indices != null) collectTensor(sparse.indices, found);
}

function collectTensor(tensor: Tensor, found: Found): void {
  if (tensor.dataLocation === externalLocation || tensor.externalData.length > 0)
    found.externalTensors.push(tensor.name);
}

function operatorName(domain: string, name: string): string {
  return `${normalDomain(domain)}:${name}`;
}

/** ONNX's own domain has two spellings. */
function normalDomain(domain: string): string {
  return domain === '' ? 'ai.onnx' : domain;
}

function toValue(info: ValueInfo): OnnxValue {
  return { name: info.name, type: toValueType(info.type) };
}

function toValueType(type: TypeInfo | null): ValueType {
  if (type == null) return { kind: 'untyped' };
  if (type.tensorType != null) {
    const { elemType, shape } = type.tensorType;
    return {
      kind: 'tensor',
      elementType: elementTypes.get(elemType) ?? 'other',
      code: elemType,
      shape: shape == null ? null : shape.dim.map(toDimension),
    };
  }
  if (type.mapType != null) return { kind: 'map' };
  if (type.sequenceType != null) return { kind: 'sequence' };
  if (type.optionalType != null) return { kind: 'optional' };
  if (type.sparseTensorType != null) return { kind: 'sparse' };
  if (type.opaqueType != null) return { kind: 'opaque' };
  return { kind: 'untyped' };
}

/** A named dimension, one left out and one of 0 or less are all free. */
function toDimension(dimension: Dimension): number | null {
  const value = Number(dimension.dimValue);
  return dimension.dimParam === '' && value > 0 ? value : null;
}
