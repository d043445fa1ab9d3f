import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { message, type Message } from '../../shared/messages/message.ts';
import { unscaledLimits } from '../../shared/process/time-limits.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';

const run = promisify(execFile);

/**
 * Keeps the engine from following links in layers of images (B1). To push or save an image, dockerd opens the
 * files of its layers as root, by the names in the archive that a layer came from. An archive may have a link
 * `s` to `/root`, and a file `s/secret`: unpacking it is confined to the layer, reading it is not.
 *
 * The directory of the layers is mounted on itself with `nosymfollow` when that is first needed: from then on
 * dockerd also refuses to unpack an archive that names a file below a link of its own. dockerd unmounts it
 * when it stops.
 */
export class LayerGuard {
  readonly #facts: Pick<EngineFacts, 'imageStore'>;
  readonly #program: string | null;
  readonly #log: (line: string) => void;
  /** An earlier gateway may have mounted it. */
  #mayBeMounted: boolean;
  readonly #inTurn = pLimit(1);

  /** `program`: `bulkhead-runc`; null: there is none. */
  constructor(
    facts: Pick<EngineFacts, 'imageStore'>,
    program: string | null,
    log: (line: string) => void = () => undefined,
  ) {
    this.#facts = facts;
    this.#program = program;
    this.#mayBeMounted = program !== null;
    this.#log = log;
  }

  /**
   * Resolves with null once the engine follows no link in layers, or if it never does; else with the reason
   * why it may. Rejects with EngineUnreachable.
   */
  guard(): Promise<Message | null> {
    return this.#inTurn(async () => {
      const store = await this.#facts.imageStore();
      if (store.kind === 'containerd') return null;
      if (store.driver !== 'overlay2')
        return message('policy.layers-of-driver', { driver: store.driver || '?' });
      this.#mayBeMounted = true;
      try {
        await this.#perform('--bulkhead-guard-layers', store.directory);
        return null;
      } catch (error) {
        return message('policy.layers-not-guarded', { reason: reasonOf(error) });
      }
    });
  }

  /** Whether `release` has anything to do. */
  get mayBeMounted(): boolean {
    return this.#mayBeMounted;
  }

  /**
   * Has links followed again: without ECI a layer may be the root of a build's step. Never rejects: a failure
   * is logged, and tried again at the next call.
   */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#mayBeMounted) return;
      try {
        const store = await this.#facts.imageStore();
        if (store.kind === 'graph-driver' && store.driver === 'overlay2')
          await this.#perform('--bulkhead-release-layers', store.directory);
        this.#mayBeMounted = false;
      } catch (error) {
        this.#log(`links in layers may not be followed, although ECI is off: ${reasonOf(error)}`);
      }
    });
  }

  async #perform(
    option: '--bulkhead-guard-layers' | '--bulkhead-release-layers',
    root: string,
  ): Promise<void> {
    if (this.#program === null) throw new Error('this gateway has no program for that');
    await run(this.#program, [option, path.join(root, 'overlay2')], { timeout: unscaledLimits.layerGuard });
  }
}

/** The program's own message, if it has one. */
function reasonOf(error: unknown): string {
  const output =
    error instanceof Error && 'stderr' in error
      ? String(error.stderr)
          .replace(/^bulkhead: /, '')
          .trim()
      : '';
  return output || (error instanceof Error ? error.message : String(error));
}
