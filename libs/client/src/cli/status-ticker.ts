import { oneLine } from './layout.ts';
import type { Terminal } from './terminal.ts';

const interactiveMs = 200;
const plainMs = 5_000;

/** Says how far a long command is: one line that is written over on a terminal, a line every few seconds elsewhere. */
export class StatusTicker {
  readonly #terminal: Terminal;
  readonly #timer: NodeJS.Timeout;

  constructor(terminal: Terminal, say: () => string) {
    this.#terminal = terminal;
    const { interactive, columns } = terminal;
    const tell = (): void => terminal.status(interactive ? `\r\u001B[2K${oneLine(say(), columns - 1)}` : `${say()}\n`);
    this.#timer = setInterval(tell, interactive ? interactiveMs : plainMs);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#terminal.interactive) this.#terminal.status('\r\u001B[2K');
  }
}
