import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

/** Watches the directory of a rotated log: calls back on events about its files. */
export class LogDirectoryWatch {
  readonly #file: string;
  readonly #onEvent: () => void;
  #watcher: FSWatcher | undefined;
  #inode: bigint | null = null;
  #isClosed = false;

  constructor(file: string, onEvent: () => void) {
    this.#file = file;
    this.#onEvent = onEvent;
  }

  /** Watches the directory if it exists; does nothing otherwise: to be called again. */
  async open(): Promise<void> {
    const directory = path.dirname(this.#file);
    const inode = await stat(directory, { bigint: true }).then(
      (info) => info.ino,
      () => null,
    );
    // Another directory under the name: a watcher of the old one gets no events.
    if (this.#inode !== inode) this.#unwatch();
    if (this.#isClosed || this.#watcher !== undefined || inode === null) return;
    try {
      const opened = watch(directory, (_event, name) => {
        if (name === null || name.startsWith(path.basename(this.#file))) this.#onEvent();
      });
      opened.on('error', () => {
        this.#unwatch();
      });
      this.#watcher = opened;
      this.#inode = inode;
    } catch {
      /* no rights, or no watches left: polling is the fallback */
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch();
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#inode = null;
  }
}
