/** Numbers of `feast.types.ValueType.Enum` that our types have. */
export const valueTypes = { string: 2, int32: 3, int64: 4, double: 5, bool: 7, unixTimestamp: 8 } as const;
