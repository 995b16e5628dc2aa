import { HttpProblem } from '../http-client.ts';
import { compareTags } from './compare-tags.ts';
import type { ImportContext } from './import-context.ts';
import { whole, type ModelVersion, type RegisteredModel } from './mlflow-entities.ts';
import { refusalOf } from './refusal-of.ts';
import { sourceHere } from './version-source.ts';

interface About {
  readonly aliases: readonly string[];
  /** The model as it was here before. */
  readonly here: RegisteredModel | null;
}

/** One version, under its number. Its stage and aliases come along where the model's promotion rules let them. */
export async function copyVersion(context: ImportContext, version: ModelVersion, about: About): Promise<void> {
  const { target, report, isPlan } = context;
  const { name, version: number } = version;
  const what = `version ${number} of model "${name}"`;
  const found = about.here === null ? null : await target.version(name, number);
  if (found !== null && whole(found.creation_timestamp) !== whole(version.creation_timestamp)) {
    report.problems.push(`${what} is another one here: it is left as it is`);
    return;
  }
  if (isPlan) return report.tell('version', found === null ? 'copied' : 'there');
  try {
    if (found === null) await begin(context, version, about);
    else await complete(context, version, { found, about, what });
    report.tell('version', found === null ? 'copied' : 'there');
  } catch (error) {
    report.problems.push(`${what} is not copied: ${refusalOf(error)}`);
  }
}

async function begin(context: ImportContext, version: ModelVersion, about: About): Promise<void> {
  const { target } = context;
  const { name, version: number, description, run_id: runId, run_link: link, model_id: modelId } = version;
  const body = {
    name,
    number: Number(number),
    source: sourceHere(version.source ?? '', runId || null),
    runId: runId || null,
    runLink: link || null,
    modelId: modelId || null,
    description: description ?? null,
    tags: (version.tags ?? []).map(({ key, value = '' }) => ({ key, value })),
    createdAtMs: whole(version.creation_timestamp),
    updatedAtMs: whole(version.last_updated_timestamp),
  };
  try {
    await target.begin('model-versions', { ...body, stage: version.current_stage ?? 'None', aliases: about.aliases });
  } catch (error) {
    // Refused for what it would be in charge of, by rules or by who is: it comes in without, and each is told.
    if (!(error instanceof HttpProblem) || (error.status !== 403 && error.code !== 'REGISTRY_ALIAS_CONFLICT'))
      throw error;
    await target.begin('model-versions', body);
    await promote(context, version, { about, stageHere: 'None', heldAliases: new Map(heldAliases(about.here)) });
  }
}

async function complete(
  context: ImportContext,
  version: ModelVersion,
  { found, about, what }: { readonly found: ModelVersion; readonly about: About; readonly what: string },
): Promise<void> {
  const { target, report } = context;
  const { name, version: number, description = '' } = version;
  const { missing, differing } = compareTags(version.tags, found.tags);
  for (const tag of missing) await target.change('POST', 'model-versions/set-tag', { name, version: number, ...tag });
  if (differing.length > 0) report.problems.push(`${what} has other tags here, which stay: ${differing.join(', ')}`);
  const held = found.description ?? '';
  if (held === '' && description !== '') {
    await target.change('PATCH', 'model-versions/update', { name, version: number, description });
  } else if (held !== description) report.problems.push(`${what} has another description here, which stays`);
  await promote(context, version, {
    about,
    stageHere: found.current_stage ?? 'None',
    heldAliases: new Map(heldAliases(about.here)),
  });
}

/** Stage and aliases by the ordinary calls: whoever is in charge here stays, and what rules forbid is told. */
async function promote(
  { target, report }: ImportContext,
  { name, version: number, current_stage: stage = 'None' }: ModelVersion,
  here: { readonly about: About; readonly stageHere: string; readonly heldAliases: ReadonlyMap<string, string> },
): Promise<void> {
  const { about, stageHere, heldAliases: held } = here;
  const what = `version ${number} of model "${name}"`;
  const attempt = async (to: string, change: () => Promise<unknown>): Promise<void> => {
    try {
      await change();
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.status !== 403) throw error;
      report.notes.add(`${what} is not put in charge of ${to}: ${error.message}`);
    }
  };
  if (stage !== stageHere && stageHere === 'None') {
    const body = { name, version: number, stage, archive_existing_versions: false };
    await attempt(`stage ${stage}`, () => target.change('POST', 'model-versions/transition-stage', body));
  } else if (stage !== stageHere) {
    report.problems.push(`${what} is in stage ${stageHere} here and ${stage} there: it stays`);
  }
  for (const alias of about.aliases) {
    const holder = held.get(alias);
    if (holder === undefined) {
      const body = { name, version: number, alias };
      await attempt(`alias ${alias}`, () => target.change('POST', 'registered-models/alias', body));
    } else if (holder !== number) {
      report.problems.push(
        `alias "${alias}" of model "${name}" is version ${holder} here and ${number} there: it stays`,
      );
    }
  }
}

function heldAliases(model: RegisteredModel | null): [string, string][] {
  return (model?.aliases ?? []).map(({ alias, version }) => [alias, version]);
}
