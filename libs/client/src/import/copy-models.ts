import { compareTags } from './compare-tags.ts';
import { copyVersion } from './copy-version.ts';
import type { ImportContext } from './import-context.ts';
import { whole, type RegisteredModel } from './mlflow-entities.ts';
import { refusalOf } from './refusal-of.ts';

const promptTag = 'mlflow.prompt.is_prompt';

/** Registered models and prompts. A model whose versions were copied from another one's comes after that one. */
export async function copyModels(context: ImportContext): Promise<void> {
  const { source, report } = context;
  let waiting: RegisteredModel[] = [];
  for await (const model of source.registeredModels()) {
    report.at = `model "${model.name}"`;
    if (!(await copyModel(context, model, { mayWait: true }))) waiting.push(model);
  }
  for (;;) {
    const left: RegisteredModel[] = [];
    for (const model of waiting) if (!(await copyModel(context, model, { mayWait: true }))) left.push(model);
    if (left.length === waiting.length) break;
    waiting = left;
  }
  // What they wait for is nowhere: each is told why.
  for (const model of waiting) await copyModel(context, model, { mayWait: false });
}

/** False when it waits for a version of another model. */
async function copyModel(
  context: ImportContext,
  model: RegisteredModel,
  { mayWait }: { readonly mayWait: boolean },
): Promise<boolean> {
  const { source, target, report, isPlan } = context;
  const { name } = model;
  const isPrompt = model.tags?.some(({ key, value }) => key === promptTag && value?.toLowerCase() === 'true') === true;
  const versions = await source.versions(name, isPrompt);
  const found = await target.model(name);
  if (found !== null && whole(found.creation_timestamp) !== whole(model.creation_timestamp)) {
    report.problems.push(
      `model "${name}" is another one here, made on its own: it is left as it is; rename one of them`,
    );
    return true;
  }
  if (mayWait && !isPlan && (await waits(context, versions))) return false;
  report.tell('model', found === null ? 'copied' : 'there');
  try {
    if (!isPlan) await (found === null ? begin(context, model) : complete(context, model, found));
    for (const version of versions) {
      const aliases = (model.aliases ?? []).filter((held) => held.version === version.version);
      await copyVersion(context, version, { aliases: aliases.map(({ alias }) => alias), here: found });
    }
  } catch (error) {
    report.problems.push(`model "${name}" is not copied whole: ${refusalOf(error)}`);
  }
  return true;
}

/** Whether one of the versions was copied from a version that is not here yet. */
async function waits({ target }: ImportContext, versions: Awaited<ReturnType<ImportContext['source']['versions']>>) {
  for (const { name, source = '' } of versions) {
    const [, origin, number] = /^models:\/+([^/@]+)\/(\d+)$/.exec(source) ?? [];
    if (origin === undefined || number === undefined) continue;
    const model = decodeURIComponent(origin);
    if (model !== name && (await target.version(model, number)) === null) return true;
  }
  return false;
}

async function begin({ target }: ImportContext, model: RegisteredModel): Promise<void> {
  await target.begin('registered-models', {
    name: model.name,
    description: model.description ?? null,
    tags: (model.tags ?? []).map(({ key, value = '' }) => ({ key, value })),
    createdAtMs: whole(model.creation_timestamp),
    updatedAtMs: whole(model.last_updated_timestamp),
  });
}

async function complete(
  { target, report }: ImportContext,
  model: RegisteredModel,
  here: RegisteredModel,
): Promise<void> {
  const { name, description = '' } = model;
  const { missing, differing } = compareTags(model.tags, here.tags);
  for (const tag of missing) await target.change('POST', 'registered-models/set-tag', { name, ...tag });
  if (differing.length > 0)
    report.problems.push(`model "${name}" has other tags here, which stay: ${differing.join(', ')}`);
  const held = here.description ?? '';
  if (held === '' && description !== '')
    await target.change('PATCH', 'registered-models/update', { name, description });
  else if (held !== description) report.problems.push(`model "${name}" has another description here, which stays`);
}
