import type { Checkpoint } from './checkpoint.ts';
import type { CopyFiles } from './copy-files.ts';
import type { ImportReport } from './import-report.ts';
import type { MillraceTarget } from './millrace-target.ts';
import type { MlflowSource } from './mlflow-source.ts';

/** What every part of an import works with. */
export interface ImportContext {
  readonly source: MlflowSource;
  readonly target: MillraceTarget;
  readonly files: CopyFiles;
  readonly report: ImportReport;
  readonly checkpoint: Checkpoint;
  /** Nothing is changed, only told. */
  readonly isPlan: boolean;
  /** What the checkpoint says is done is looked at again. */
  readonly rechecks: boolean;
  /** Runs, models or traces that are copied side by side. */
  readonly atOnce: number;
}
