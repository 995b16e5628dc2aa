const candidates = [',', ';', '\t', '|'] as const;

/** The character that separates most names in the first line, outside quotes; a comma where none does. */
export function guessDelimiter(firstLine: string): string {
  const bare = firstLine.replace(/"[^"]*"/g, '');
  let best: string = candidates[0];
  for (const candidate of candidates) {
    if (bare.split(candidate).length > bare.split(best).length) best = candidate;
  }
  return best;
}
