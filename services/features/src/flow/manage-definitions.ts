import { EventsError, type AvroCodec, type Journal } from '@millrace/events';
import { parseDefinitions, type DefinitionFault } from '@millrace/feature-engine';
import { subjectOf } from '@millrace/schemas';
import { CodedError, type Caller } from '@millrace/service-kit';
import { resultOf } from '../errors.ts';
import { columnsFromAvro, type LeftOutField } from './columns-from-avro.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import type { DefinitionReference } from './retire-definition.ts';
import { sentDefinitions } from './sent-definitions.ts';

/** A field of a source's schema that is no column of it. */
interface LeftOutColumn extends LeftOutField {
  readonly source: string;
}

export interface AppliedDefinitions {
  readonly applied: unknown;
  /** Of sources whose columns were taken from their topic's schema. */
  readonly leftOut: readonly LeftOutColumn[];
}

interface WithColumns {
  readonly path: string;
  readonly state: FeaturesState;
  readonly faults: DefinitionFault[];
  readonly leftOut: LeftOutColumn[];
}

/** Everything that changes the definitions goes through the journal; what needs a look at the world comes before. */
export class ManageDefinitions {
  readonly #codec: Pick<AvroCodec, 'latestSchema'>;
  readonly #journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read' | 'submit'>;

  constructor(
    codec: Pick<AvroCodec, 'latestSchema'>,
    journal: Pick<Journal<FeaturesState, FeaturesCommand>, 'read' | 'submit'>,
  ) {
    this.#codec = codec;
    this.#journal = journal;
  }

  /** A document, a list, or `{ definitions: [...] }`; all or nothing. Sending the same again changes nothing. */
  async apply(body: unknown, requested: Caller): Promise<AppliedDefinitions> {
    const sent = sentDefinitions(body);
    const state = await this.#journal.read();
    const faults: DefinitionFault[] = [];
    const leftOut: LeftOutColumn[] = [];
    const definitions = await Promise.all(
      sent.documents.map((document, index) =>
        this.#withColumns(document, { path: sent.pathOf(index), state, faults, leftOut }),
      ),
    );
    const parsed = parseDefinitions(sent.with(definitions), state.definitions);
    if (!parsed.ok) faults.push(...parsed.faults);
    if (faults.length > 0) {
      const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
      throw new CodedError(
        'FEATURES_DEFINITION_INVALID',
        `the definitions have ${count}: ${faults[0]?.path}: ${faults[0]?.message}`,
        { faults },
      );
    }
    const applied = resultOf(await this.#journal.submit({ type: 'apply-definitions', definitions }, requested));
    return { applied, leftOut };
  }

  /** Refused when the source is no longer in the expected generation: then someone has resumed it already. */
  async resumeSource(source: string, expectedGeneration: number | undefined, requested: Caller): Promise<unknown> {
    const command = {
      type: 'resume-source' as const,
      source,
      ...(expectedGeneration !== undefined && { expectedGeneration }),
    };
    return resultOf(await this.#journal.submit(command, requested));
  }

  /** Refused while others use the definition. What was derived from it stays. */
  async retire(definition: DefinitionReference, requested: Caller): Promise<unknown> {
    return resultOf(await this.#journal.submit({ type: 'retire-definition', definition }, requested));
  }

  /** The columns of a source that declares none are those of its topic's schema, from now on for ever. */
  async #withColumns(document: unknown, { path, state, faults, leftOut }: WithColumns): Promise<unknown> {
    if (!isSourceWithoutColumns(document)) return document;
    const known = state.definitions.sources.get(document.name);
    if (known?.columns) return { ...document, columns: known.columns };
    const subject = subjectOf(document.topic);
    const fault = (member: string, message: string): unknown => {
      faults.push({ path: path === '' ? member : `${path}.${member}`, message });
      return document;
    };
    let registered;
    try {
      registered = await this.#codec.latestSchema(subject);
    } catch (error) {
      if (!(error instanceof EventsError)) throw error;
      if (error.code === 'EVENTS_SCHEMA_UNUSABLE') return fault('columns', `${error.message}: declare the columns`);
      if (error.code === 'EVENTS_REGISTRY_REFUSED') return fault('topic', error.message);
      throw error;
    }
    const read = registered && columnsFromAvro(registered.schema);
    if (read) {
      leftOut.push(...read.leftOut.map((field) => ({ source: document.name, ...field })));
      return { ...document, columns: read.columns };
    }
    return fault(
      'columns',
      registered
        ? `the schema of subject "${subject}" is not a record: declare the columns`
        : `subject "${subject}" has no schema yet to take the columns from: declare them, or publish an event first`,
    );
  }
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
