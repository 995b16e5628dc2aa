import type { Type } from 'avsc';

const shown = 5;

/** What in a value does not fit a type, by path; empty where it fits. */
export function faultsIn(value: unknown, type: Type): string {
  const faults: string[] = [];
  const fits = type.isValid(value, {
    errorHook: (path: string[], found: unknown, expected: Type) =>
      faults.push(`${path.join('.')}: ${typeof found} where ${expected.typeName} is needed`),
  });
  return fits ? '' : faults.slice(0, shown).join('; ');
}
