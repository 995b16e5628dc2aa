import { parseExpression } from '../expressions/parse-expression.ts';
import { startFroms, type FeatureServiceDefinition, type PassThroughFeature } from './definition.ts';
import { ObjectReader } from './object-reader.ts';

/** A reference to a view whose version is still open: the newest one is meant. */
interface ParsedViewReference {
  readonly view: string;
  readonly version?: number;
  readonly key?: string;
}

export type ParsedFeatureService = Omit<FeatureServiceDefinition, 'views'> & {
  readonly views: readonly ParsedViewReference[];
};

export function parseFeatureService(reader: ObjectReader): ParsedFeatureService {
  const description = reader.text('description');
  const views = reader.list('views') ?? [];
  const passThrough = reader.list('passThrough') ?? [];
  const features = reader.list('features');
  if (views.length + passThrough.length === 0)
    reader.fault('views', 'a feature service needs a view or a pass-through feature');
  return {
    kind: 'feature-service',
    name: reader.required('name', reader.name('name'), ''),
    version: reader.version('version') ?? 1,
    ...(description === undefined ? {} : { description }),
    source: reader.required('source', reader.name('source'), ''),
    views: views.map((view, index) =>
      parseReference(new ObjectReader(asReference(view), `${reader.at('views')}[${index}]`, reader.faults)),
    ),
    passThrough: passThrough.map((feature, index) =>
      parsePassThrough(new ObjectReader(feature, `${reader.at('passThrough')}[${index}]`, reader.faults)),
    ),
    ...(features === undefined ? {} : { features: parseNames(reader, features) }),
    startFrom: reader.oneOf('startFrom', startFroms) ?? 'beginning',
  };
}

/** `"card_spend"` and `"card_spend@2"` are short for the object. */
function asReference(view: unknown): unknown {
  const match = typeof view === 'string' ? /^([^@]+)(?:@(\d+))?$/.exec(view) : null;
  if (match === null) return view;
  return match[2] === undefined ? { view: match[1] } : { view: match[1], version: Number(match[2]) };
}

function parseReference(reader: ObjectReader): ParsedViewReference {
  const version = reader.version('version');
  const key = reader.column('key');
  const reference = {
    view: reader.required('view', reader.name('view'), ''),
    ...(version === undefined ? {} : { version }),
    ...(key === undefined ? {} : { key }),
  };
  reader.close();
  return reference;
}

function parsePassThrough(reader: ObjectReader): PassThroughFeature {
  const description = reader.text('description');
  const feature = {
    name: reader.required('name', reader.name('name'), ''),
    ...(description === undefined ? {} : { description }),
    expression: parseExpression(
      reader.required('expression', reader.raw('expression'), { op: 'literal', value: null }),
      reader.at('expression'),
      reader.faults,
    ),
  };
  reader.close();
  return feature;
}

function parseNames(reader: ObjectReader, names: readonly unknown[]): readonly string[] {
  if (names.length === 0) reader.fault('features', 'must name at least one feature, or be left out');
  return names.map((name, index) => {
    if (typeof name === 'string') return name;
    reader.fault(`features[${index}]`, 'must be the name of a feature');
    return '';
  });
}
