/** Packages of a requirements.txt, as they are written; options, comments and blank lines are none. */
export function requirementsIn(content: string): string[] {
  return content
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-'))
    .map((line) => line.replace(/\s+--hash=\S+/g, '').trim());
}

export const isRequirements = (path: string): boolean =>
  path === 'requirements.txt' || path.endsWith('/requirements.txt');
