/** Ends a command that has said everything with a code of its own. */
export class ExitCode extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** How a command ends that was stopped: 130 after Ctrl-C, 143 after SIGTERM. */
export function stopped({ reason }: AbortSignal): ExitCode {
  return reason instanceof ExitCode ? reason : new ExitCode(130);
}
