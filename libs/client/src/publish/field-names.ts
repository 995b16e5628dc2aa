/** The Avro name of each column: its own where that is a legal one, else one like it that no other column has. */
export function fieldNames(columns: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(columns.filter((name) => legalName(name) === name));
  const names = new Map<string, string>();
  for (const column of columns) {
    let field = legalName(column);
    if (field !== column) {
      while (taken.has(field)) field += '_';
      taken.add(field);
    }
    names.set(column, field);
  }
  return names;
}

export function legalName(name: string): string {
  const legal = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}
