import { aggregationKind, aggregations } from '../aggregations/registry.ts';
import { parseDerivedFeature } from '../derived/derived-feature.ts';
import { parseNullHandling } from '../derived/null-handling.ts';
import { parseExpression } from '../expressions/parse-expression.ts';
import { parseWindow } from '../ranges/parse-window.ts';
import type { FeatureViewDefinition, WindowedFeature } from './definition.ts';
import { ObjectReader } from './object-reader.ts';

export function parseFeatureView(reader: ObjectReader): FeatureViewDefinition {
  const description = reader.text('description');
  const keyColumn = reader.column('keyColumn');
  const allowedLateness = reader.duration('allowedLateness', 'zero-or-more');
  const features = reader.required('features', reader.list('features'), []);
  if (features.length === 0 && Array.isArray(reader.raw('features')))
    reader.fault('features', 'must hold at least one feature');
  return {
    kind: 'feature-view',
    name: reader.required('name', reader.name('name'), ''),
    version: reader.version('version') ?? 1,
    ...(description === undefined ? {} : { description }),
    entity: reader.required('entity', reader.name('entity'), ''),
    source: reader.required('source', reader.name('source'), ''),
    ...(keyColumn === undefined ? {} : { keyColumn }),
    features: features.map((feature, index) => {
      const member = new ObjectReader(feature, `${reader.at('features')}[${index}]`, reader.faults);
      return member.has('expression') ? parseDerivedFeature(member) : parseFeature(member);
    }),
    ...(allowedLateness === undefined ? {} : { allowedLateness }),
  };
}

function parseFeature(reader: ObjectReader): WindowedFeature {
  const description = reader.text('description');
  const aggregation = reader.required('aggregation', reader.oneOf('aggregation', aggregations), 'count');
  const input = reader.has('input')
    ? parseExpression(reader.raw('input'), reader.at('input'), reader.faults)
    : undefined;
  const filter = reader.has('filter')
    ? parseExpression(reader.raw('filter'), reader.at('filter'), reader.faults)
    : undefined;
  const kind = aggregationKind(aggregation);
  if (input === undefined && kind.input === 'required')
    reader.fault('input', `is missing: ${aggregation} needs a value`);
  if (input !== undefined && kind.input === 'none') reader.fault('input', `is not for ${aggregation}, which has none`);
  const nulls = parseNullHandling(reader);
  const delay = reader.duration('delay', 'zero-or-more');
  const ownEvent = reader.oneOf('ownEvent', ['include', 'exclude'] as const);
  const empty = parseEmpty(reader);
  const feature: WindowedFeature = {
    name: reader.required('name', reader.name('name'), ''),
    ...(description === undefined ? {} : { description }),
    aggregation,
    ...kind.parse(reader),
    ...(input === undefined ? {} : { input }),
    ...(nulls === undefined ? {} : { nulls }),
    window: parseWindow(reader, kind),
    ...(delay === undefined ? {} : { delay }),
    ...(filter === undefined ? {} : { filter }),
    ...(ownEvent === undefined ? {} : { ownEvent }),
    ...(empty === undefined ? {} : { empty }),
  };
  reader.close();
  return feature;
}

function parseEmpty(reader: ObjectReader): WindowedFeature['empty'] {
  const value = reader.raw('empty');
  if (value === undefined || value === null) return value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return reader.fault('empty', 'must be a number, a text, a boolean or null');
}
