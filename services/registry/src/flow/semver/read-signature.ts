import { z } from 'zod';
import type { Field, ModelSignature, Param, ValueType } from './model-signature.ts';

/** Deeper than any real type: what lies below counts as anything. */
const deepest = 20;

const rawType = z.looseObject({ type: z.string() });
const rawTensor = z.object({ dtype: z.string(), shape: z.array(z.number().int()) });
const rawField = z.looseObject({
  type: z.string(),
  name: z.union([z.string(), z.number().transform(String)]).nullish(),
  required: z.boolean().optional(),
  optional: z.boolean().optional(),
});
const rawParam = z.looseObject({ name: z.string(), type: z.string(), shape: z.array(z.number().int()).nullish() });
const rawSignature = z.object({
  inputs: z.string().nullish(),
  outputs: z.string().nullish(),
  params: z.string().nullish(),
});

/** The `signature` of an MLmodel file, whose parts are JSON inside of YAML; null when it has none that can be read. */
export function readSignature(raw: unknown): ModelSignature | null {
  const parsed = rawSignature.safeParse(raw);
  if (!parsed.success) return null;
  try {
    const { inputs, outputs, params } = parsed.data;
    return {
      inputs: listIn(inputs).map(readField),
      outputs: listIn(outputs).map(readField),
      params: listIn(params).map(readParam),
    };
  } catch (error) {
    // A file that somebody else's tool wrote: a version without a signature, and no reason to refuse it.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

function listIn(json: string | null | undefined): unknown[] {
  return json === null || json === undefined ? [] : z.array(z.unknown()).parse(JSON.parse(json) ?? []);
}

function readField(raw: unknown): Field {
  const { name, required, optional } = rawField.parse(raw);
  return { name: name ?? null, type: readType(raw, 0), required: required ?? !(optional ?? false) };
}

function readParam(raw: unknown): Param {
  const { name, shape, default: defaultValue } = rawParam.parse(raw);
  const item = readType(raw, 0);
  const isList = shape !== null && shape !== undefined;
  return {
    name,
    type: isList ? { kind: 'array', items: item } : item,
    // A caller may always leave a param out: it has a default.
    required: false,
    defaultValue: defaultValue ?? null,
  };
}

function readType(raw: unknown, depth: number): ValueType {
  if (depth > deepest) return { kind: 'any' };
  const { type, ...rest } = rawType.parse(raw);
  switch (type) {
    case 'any':
      return { kind: 'any' };
    case 'array':
      return { kind: 'array', items: readType(rest['items'], depth + 1) };
    case 'map':
      return { kind: 'map', values: readType(rest['values'], depth + 1) };
    case 'object':
      return { kind: 'object', fields: readProperties(rest['properties'], depth) };
    case 'tensor':
      return { kind: 'tensor', ...rawTensor.parse(rest['tensor-spec']) };
    default:
      return { kind: 'scalar', name: type };
  }
}

function readProperties(raw: unknown, depth: number): Field[] {
  return Object.entries(z.record(z.string(), rawField).parse(raw)).map(([name, property]) => ({
    name,
    type: readType(property, depth + 1),
    required: property.required ?? true,
  }));
}
