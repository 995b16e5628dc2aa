/** What MLflow's servers answer, as far as an import looks at it; old ones leave out what they do not know. */
export interface KeyValue {
  readonly key: string;
  readonly value?: string;
}

export interface SourceExperiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly lifecycle_stage?: string;
  readonly creation_time?: number | string;
  readonly last_update_time?: number | string;
  readonly tags?: readonly KeyValue[];
}

export interface Point {
  readonly key: string;
  /** `"NaN"` and infinities come as text. */
  readonly value?: number | string;
  readonly timestamp?: number | string;
  readonly step?: number | string;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
  readonly model_id?: string;
  readonly run_id?: string;
}

export interface DatasetInput {
  readonly tags?: readonly KeyValue[];
  readonly dataset: { readonly name: string; readonly digest: string };
}

export interface Run {
  readonly info: {
    readonly run_id?: string;
    readonly run_uuid?: string;
    readonly run_name?: string;
    readonly experiment_id: string;
    readonly user_id?: string;
    readonly status?: string;
    readonly start_time?: number | string;
    readonly end_time?: number | string;
    readonly lifecycle_stage?: string;
    readonly artifact_uri?: string;
  };
  readonly data?: {
    readonly metrics?: readonly Point[];
    readonly params?: readonly KeyValue[];
    readonly tags?: readonly KeyValue[];
  };
  readonly inputs?: {
    readonly dataset_inputs?: readonly DatasetInput[];
    readonly model_inputs?: readonly { readonly model_id: string }[];
  };
  readonly outputs?: { readonly model_outputs?: readonly { readonly model_id: string; readonly step?: number }[] };
}

export interface LoggedModel {
  readonly info: {
    readonly model_id: string;
    readonly experiment_id: string;
    readonly name: string;
    readonly creation_timestamp_ms?: number | string;
    readonly artifact_uri?: string;
    readonly status?: string | number;
    readonly model_type?: string;
    readonly source_run_id?: string;
    readonly tags?: readonly KeyValue[];
  };
  readonly data?: { readonly params?: readonly KeyValue[]; readonly metrics?: readonly Point[] };
}

export interface RegisteredModel {
  readonly name: string;
  readonly creation_timestamp?: number | string;
  readonly last_updated_timestamp?: number | string;
  readonly description?: string;
  readonly tags?: readonly KeyValue[];
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
}

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly creation_timestamp?: number | string;
  readonly last_updated_timestamp?: number | string;
  readonly description?: string;
  readonly current_stage?: string;
  readonly source?: string;
  readonly run_id?: string;
  readonly run_link?: string;
  readonly model_id?: string;
  readonly tags?: readonly KeyValue[];
}

export interface ListedFile {
  readonly path: string;
  readonly is_dir?: boolean;
  readonly file_size?: number | string;
}

/** Numbers of 64 bits may come as text. */
export function whole(value: number | string | undefined): number {
  return Number(value ?? 0);
}

export function runIdOf({ info }: Run): string {
  return info.run_id ?? info.run_uuid ?? '';
}
