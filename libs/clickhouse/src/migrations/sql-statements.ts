/** Splits a file at the semicolons that are not inside quotes or comments; comments before a statement are dropped. */
export function sqlStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (const piece of text.matchAll(PIECE)) {
    const [token] = piece;
    if (token.startsWith('--') || token.startsWith('/*')) continue;
    if (token === ';') {
      statements.push(current.trim());
      current = '';
    } else {
      current += token;
    }
  }
  statements.push(current.trim());
  return statements.filter((statement) => statement !== '');
}

/** Comments, quoted text with backslash or doubled quotes, a semicolon, or any other character. */
const PIECE =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|;|[^;'"`/-]+|[\s\S]/g;
