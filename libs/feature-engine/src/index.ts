export * from './definitions/definition.ts';
export * from './expressions/expression.ts';
export * from './plans/feature-type.ts';
export * from './plans/row.ts';
export * from './plans/values.ts';
