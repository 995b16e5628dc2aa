import type { EventBus, Journal } from '@millrace/events';
import { parseDefinitions, type DefinitionFault } from '@millrace/feature-engine';
import { subjectOf } from '@millrace/schemas';
import { CodedError } from '@millrace/service-kit';
import { resultOf } from '../errors.ts';
import { columnsFromAvro } from './columns-from-avro.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import type { DefinitionReference } from './retire-definition.ts';

export interface Requested {
  readonly actor: string;
  readonly requestId?: string;
}

/** Everything that changes the definitions goes through the journal; what needs a look at the world comes before. */
export class ManageDefinitions {
  readonly #bus: EventBus;
  readonly #journal: Journal<FeaturesState, FeaturesCommand>;

  constructor(bus: EventBus, journal: Journal<FeaturesState, FeaturesCommand>) {
    this.#bus = bus;
    this.#journal = journal;
  }

  /** A document, a list, or `{ definitions: [...] }`; all or nothing. Sending the same again changes nothing. */
  async apply(body: unknown, requested: Requested): Promise<unknown> {
    const documents = documentsOf(body);
    const state = await this.#journal.read();
    const faults: DefinitionFault[] = [];
    const definitions = await Promise.all(
      documents.map((document, index) =>
        this.#withColumns(document, { path: Array.isArray(body) ? `[${index}]` : '', state, faults }),
      ),
    );
    const parsed = parseDefinitions(definitions, state.definitions);
    if (!parsed.ok) faults.push(...parsed.faults);
    if (faults.length > 0) {
      const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
      throw new CodedError(
        'FEATURES_DEFINITION_INVALID',
        `the definitions have ${count}: ${faults[0]?.path}: ${faults[0]?.message}`,
        { faults },
      );
    }
    return resultOf(await this.#journal.submit({ type: 'apply-definitions', definitions }, requested));
  }

  /** Refused when the source is no longer in the expected generation: then someone has resumed it already. */
  async resumeSource(source: string, expectedGeneration: number | undefined, requested: Requested): Promise<unknown> {
    const command = {
      type: 'resume-source' as const,
      source,
      ...(expectedGeneration !== undefined && { expectedGeneration }),
    };
    return resultOf(await this.#journal.submit(command, requested));
  }

  /** Refused while others use the definition. What was derived from it stays. */
  async retire(definition: DefinitionReference, requested: Requested): Promise<unknown> {
    return resultOf(await this.#journal.submit({ type: 'retire-definition', definition }, requested));
  }

  /** The columns of a source that declares none are those of its topic's schema, from now on for ever. */
  async #withColumns(
    document: unknown,
    { path, state, faults }: { path: string; state: FeaturesState; faults: DefinitionFault[] },
  ): Promise<unknown> {
    if (!isSourceWithoutColumns(document)) return document;
    const known = state.definitions.sources.get(document.name);
    if (known?.columns) return { ...document, columns: known.columns };
    const subject = subjectOf(document.topic);
    const registered = await this.#bus.codec.latestSchema(subject);
    const columns = registered && columnsFromAvro(registered.schema);
    if (columns) return { ...document, columns };
    faults.push({
      path: path === '' ? 'columns' : `${path}.columns`,
      message: registered
        ? `the schema of subject "${subject}" is not a record: declare the columns`
        : `subject "${subject}" has no schema yet to take the columns from: declare them, or publish an event first`,
    });
    return document;
  }
}

function documentsOf(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body === 'object' && body !== null && 'definitions' in body && Array.isArray(body.definitions))
    return body.definitions;
  return [body];
}

function isSourceWithoutColumns(document: unknown): document is { name: string; topic: string } {
  return (
    typeof document === 'object' &&
    document !== null &&
    'kind' in document &&
    document.kind === 'source' &&
    !('columns' in document) &&
    'name' in document &&
    typeof document.name === 'string' &&
    'topic' in document &&
    typeof document.topic === 'string'
  );
}
