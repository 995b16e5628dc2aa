import type { ColumnType } from '../definitions/definition.ts';
import { quote, type Faults } from '../definitions/faults.ts';
import type { FeatureType } from '../plans/feature-type.ts';
import type { Expression, ExpressionType } from './expression.ts';

/** What an expression may refer to. Undefined columns are not known yet and pass; null features may not be used here. */
export interface ExpressionScope {
  readonly columns: Readonly<Record<string, ColumnType>> | undefined;
  readonly columnsOf: string;
  readonly features: ReadonlyMap<string, FeatureType> | null;
}

/** `unknown` is the type of what has been reported already or cannot be known yet: it fits everywhere. */
export type CheckedType = ExpressionType | 'unknown';

function typeOfColumn(type: ColumnType): ExpressionType {
  return type === 'string' || type === 'boolean' ? type : 'number';
}

/** The type of an expression; everything that does not fit becomes a fault with its path. */
export function checkExpression(
  expression: Expression,
  scope: ExpressionScope,
  path: string,
  faults: Faults,
): CheckedType {
  const check = (part: Expression, at: string) => checkExpression(part, scope, `${path}.${at}`, faults);
  const expect = (part: Expression, at: string, wanted: ExpressionType) => {
    const type = check(part, at);
    if (!fits(type, wanted)) faults.add(`${path}.${at}`, `must be a ${wanted}, not a ${type}`);
  };
  switch (expression.op) {
    case 'column':
      return typeOfReference(expression.name, scope, path, faults);
    case 'feature':
      return typeOfFeature(expression.name, scope, path, faults);
    case 'literal':
      return expression.value === null ? 'null' : (typeof expression.value as ExpressionType);
    case 'event-time':
      return 'number';
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      expression.args.forEach((arg, index) => expect(arg, `args[${index}]`, 'number'));
      return 'number';
    case '<':
    case '<=':
    case '>':
    case '>=':
      expression.args.forEach((arg, index) => expect(arg, `args[${index}]`, 'number'));
      return 'boolean';
    case '=':
    case '!=':
      unify(
        expression.args.map((arg, index) => [check(arg, `args[${index}]`), `args[${index}]`]),
        path,
        faults,
      );
      return 'boolean';
    case 'and':
    case 'or':
    case 'not':
      expression.args.forEach((arg, index) => expect(arg, `args[${index}]`, 'boolean'));
      return 'boolean';
    case 'abs':
    case 'log':
    case 'round':
    case 'hour':
    case 'weekday':
      expect(expression.args[0], 'args[0]', 'number');
      return 'number';
    case 'split-part':
      expect(expression.args[0], 'args[0]', 'string');
      return 'string';
    case 'is-null':
      // Whether it is missing may be asked of a list or a map as well.
      if (expression.args[0].op === 'feature' && isJson(scope.features?.get(expression.args[0].name))) return 'boolean';
      check(expression.args[0], 'args[0]');
      return 'boolean';
    case 'coalesce':
      return unify(
        expression.args.map((arg, index) => [check(arg, `args[${index}]`), `args[${index}]`]),
        path,
        faults,
      );
    case 'in':
      expect(expression.args[0], 'args[0]', typeof expression.values[0] === 'number' ? 'number' : 'string');
      return 'boolean';
    case 'case': {
      expression.when.forEach((branch, index) => expect(branch.if, `when[${index}].if`, 'boolean'));
      const results = expression.when.map((branch, index): [CheckedType, string] => {
        const at = `when[${index}].value`;
        return [check(branch.value, at), at];
      });
      if (expression.else !== undefined) results.push([check(expression.else, 'else'), 'else']);
      return unify(results, path, faults);
    }
  }
}

function fits(type: CheckedType, wanted: ExpressionType): boolean {
  return type === wanted || type === 'null' || type === 'unknown';
}

/** The one type of several alternatives. */
function unify(parts: readonly (readonly [CheckedType, string])[], path: string, faults: Faults): CheckedType {
  const definite = parts.find(([type]) => type !== 'null' && type !== 'unknown')?.[0];
  if (definite === undefined) return parts.some(([type]) => type === 'unknown') ? 'unknown' : 'null';
  for (const [type, at] of parts) {
    if (!fits(type, definite as ExpressionType))
      faults.add(`${path}.${at}`, `must be a ${definite} like the others, not a ${type}`);
  }
  return definite;
}

function typeOfReference(name: string, scope: ExpressionScope, path: string, faults: Faults): CheckedType {
  if (scope.columns === undefined || name === '') return 'unknown';
  const type = Object.hasOwn(scope.columns, name) ? scope.columns[name] : undefined;
  if (type !== undefined) return typeOfColumn(type);
  faults.add(path, `${scope.columnsOf} has no column ${quote(name)}; it has ${listed(Object.keys(scope.columns))}`);
  return 'unknown';
}

function typeOfFeature(name: string, scope: ExpressionScope, path: string, faults: Faults): CheckedType {
  if (name === '') return 'unknown';
  if (scope.features === null) {
    faults.add(path, 'features can be used in the pass-through expressions of a feature service only');
    return 'unknown';
  }
  const type = scope.features.get(name);
  if (isJson(type)) {
    faults.add(path, `feature ${quote(name)} is a ${type}: all that can be asked of it is whether it is null`);
    return 'unknown';
  }
  if (type !== undefined) return type === 'double' ? 'number' : type;
  faults.add(path, `none of the views has a feature ${quote(name)}; there are ${listed([...scope.features.keys()])}`);
  return 'unknown';
}

function isJson(type: FeatureType | undefined): type is 'list' | 'map' {
  return type === 'list' || type === 'map';
}

export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.length <= 30 ? names.join(', ') : `${names.slice(0, 30).join(', ')} and ${names.length - 30} more`;
}
