import type { EngineLogLine } from '../../shared/engine-status/status.ts';

/** The last lines of an operation's output, for a window that opens the log late. */
export class LogBuffer {
  #lines: EngineLogLine[] = [];
  #capacity: number;
  constructor(capacity = 2000) {
    this.#capacity = capacity;
  }
  add(line: EngineLogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#capacity) this.#lines.splice(0, this.#lines.length - this.#capacity);
  }
  lines(): EngineLogLine[] {
    return [...this.#lines];
  }
  clear(): void {
    this.#lines = [];
  }
}
