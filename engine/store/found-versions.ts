import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { effectiveSettings } from '../../shared/settings/effective.ts';
import { exists, readSettings } from '../base/files.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { versionState, writeVersion } from './history.ts';

type FoundPaths = Pick<RootPaths, 'settings' | 'history' | 'journal' | 'daemonJson'>;

/** A policy that came into force: its text, and sha256 (hex) of that; without a text null or ''. */
interface PolicyText {
  readonly hash: string | null;
  readonly text: string | null;
}

/**
 * Adds the settings that came into force without an apply to history, so that it can be looked up later what
 * was allowed. An apply records what it writes itself: while one runs, the recorder waits, and then records
 * only what is in the file by then. An engine to which nothing was ever applied has no history.
 */
export class FoundVersionRecorder {
  readonly #paths: FoundPaths;
  readonly #log: (line: string) => void;
  readonly #pollMs: number;
  #latest: PolicyText | null = null;
  #queue: Promise<void> = Promise.resolve();

  constructor(paths: FoundPaths, log: (line: string) => void, pollMs = 1000) {
    this.#paths = paths;
    this.#log = log;
    this.#pollMs = pollMs;
  }

  /** Records the policy unless it is the last version of history. Resolves then; never rejects. */
  record(policy: PolicyText): Promise<void> {
    this.#latest = policy;
    const at = new Date().toISOString();
    this.#queue = this.#queue
      .then(() => this.#add(policy, at))
      .catch((error: unknown) => {
        this.#log(`history: ${String(error)}`);
      });
    return this.#queue;
  }

  async #add(policy: PolicyText, at: string): Promise<void> {
    const { hash, text } = policy;
    if (hash === null || text === null) return;
    while (await exists(this.#paths.journal)) {
      if (policy !== this.#latest) return;
      await delay(this.#pollMs, undefined, { ref: false });
    }
    const { history, settings: file, daemonJson } = this.#paths;
    // An apply that was cancelled or rolled back meanwhile may have written it: that is no version.
    const present = await readSettings(file);
    if (!present.ok || present.value.hash !== hash) return;
    const versions = await versionState(history, { exists: true, text, hash });
    if (!versions.ok) {
      this.#log(`history: ${versions.error.message}`);
      return;
    }
    const { entries, recorded, current } = versions.value;
    const last = entries.at(-1);
    if (recorded || last === undefined) return;
    const settings = effectiveSettings(text, { exists: true });
    const found = await stat(file).catch(() => null);
    const changed = found?.mtime.toISOString() ?? at;
    const written = await writeVersion(history, {
      entry: {
        version: current,
        at,
        inForceFrom: changed < at ? changed : at,
        uid: found?.uid ?? 0,
        // The file does not show who wrote it.
        user: '',
        hash,
        fromHash: last.hash,
        how: 'found',
        eci: settings.ok && settings.value.eci.value,
        durationsMs: {},
      },
      settings: text,
      daemonJson: await readFile(daemonJson, 'utf8').catch(() => null),
    });
    this.#log(
      written.ok
        ? `version ${current} of history: settings in force that another program wrote`
        : `history: ${written.error.message}`,
    );
  }
}
