import type { ProofReport } from '../run/proof-report.ts';
import { VersionWriter } from './version-writer.ts';

interface FoundVersion {
  readonly version: string;
  readonly source: string;
  readonly aliases?: readonly string[];
}

/** Each acknowledged version is there once under the number that was answered, whichever instance is asked. */
export async function verifyVersions(
  report: ProofReport,
  writers: readonly VersionWriter[],
  urls: readonly string[],
): Promise<void> {
  const given = writers.flatMap(({ versions }) => versions);
  report.check(given.length > 0, 'versions were registered while things were killed', `${given.length}`);
  report.equal(given.length - new Set(given).size, 0, 'version numbers that were given twice');
  for (const [index, url] of urls.entries()) {
    const where = `at instance ${index + 1} of registry`;
    const found = await versionsAt(url);
    report.equal(found.length, given.length, `versions ${where}`);
    const bySource = new Map(found.map((version) => [version.source, version]));
    const wrong = writers.flatMap((writer) =>
      writer.versions.filter((number, count) => bySource.get(writer.sourceOf(count))?.version !== String(number)),
    );
    report.equal(wrong.length, 0, `versions that have another number than was answered ${where}`);
    const aliases = writers.filter((writer) => {
      const holder = found.find(({ aliases = [] }) => aliases.includes(writer.alias));
      return holder?.version !== String(writer.versions.at(-1));
    });
    report.equal(aliases.length, 0, `aliases that are not at the version that was acknowledged last ${where}`);
  }
}

async function versionsAt(url: string): Promise<FoundVersion[]> {
  const found: FoundVersion[] = [];
  for (let token: string | undefined = ''; token !== undefined;) {
    const query = new URLSearchParams({ filter: `name='${VersionWriter.model}'`, max_results: '1000' });
    if (token !== '') query.set('page_token', token);
    const answer = await fetch(`${url}/api/2.0/mlflow/model-versions/search?${query.toString()}`);
    const page = (await answer.json()) as { model_versions?: FoundVersion[]; next_page_token?: string };
    found.push(...(page.model_versions ?? []));
    token = page.next_page_token || undefined;
  }
  return found;
}
