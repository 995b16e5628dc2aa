import type { DefinitionFault } from './definition.ts';

/** Collects every fault of a document, so that its author sees all of them at once. */
export class Faults {
  readonly list: DefinitionFault[] = [];

  add(path: string, message: string): void {
    this.list.push({ path, message });
  }
}

export function memberPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** How a wrong value is quoted in a message: short, whatever was sent. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
