const view = new DataView(new ArrayBuffer(8));

/** SQL for a double whose bits stand in the parameter: decimal text is not read exactly by ClickHouse. */
export function float64Sql(parameter: string): string {
  return `reinterpretAsFloat64({${parameter}:UInt64})`;
}

export function float64Parameter(value: number): string {
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString();
}
