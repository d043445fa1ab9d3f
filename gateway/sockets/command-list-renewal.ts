import { listsNeedingTrust } from '../../shared/policy/commands.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import type { SocketMount, SocketMountId, SocketMounts } from '../base/socket-mount.ts';
import { resolveCommandList } from '../trust/command-list.ts';
import type { ImageTrust } from '../trust/image-verdict.ts';

type SocketSettings = EffectiveSettings['socket'];

/** How long the result for a mount, or a sweep over all of them, holds, ms. */
const renewalMs = 30_000;

/**
 * Keeps the mounts' command lists in line with the settings (B7). Findings about an image and a list are
 * kept. New lists, and those whose check failed, are checked before a request is inspected; those of other
 * mounts in the background, since they restrict whoever enters their containers.
 */
export class CommandListRenewal {
  readonly #mounts: SocketMounts;
  readonly #trust: ImageTrust | null;
  readonly #renewals = new Map<
    SocketMountId,
    { settings: SocketSettings; until: number; running: Promise<void> | null }
  >();
  #sweep: { settings: SocketSettings; until: number } | null = null;

  constructor(mounts: SocketMounts, trust: ImageTrust | null) {
    this.#mounts = mounts;
    this.#trust = trust;
  }

  /** Null: nothing is to be checked, or not yet again. */
  renew(id: SocketMountId, settings: SocketSettings): Promise<void> | null {
    const mount = this.#mounts.get(id);
    if (mount === null || this.#trust === null || listsNeedingTrust(settings, mount).length === 0) {
      this.#renewals.delete(id);
      return null;
    }
    const renewal = this.#renewals.get(id);
    if (
      renewal !== undefined &&
      renewal.settings === settings &&
      (renewal.running !== null || renewal.until > Date.now())
    )
      return renewal.running;
    const running = this.#resolve(this.#trust, mount, settings);
    this.#renewals.set(id, { settings, until: 0, running });
    return running;
  }

  /** Renews the lists of all mounts in the background, unless a sweep was started recently. */
  renewOthers(settings: SocketSettings): void {
    if (
      settings.perImage.length === 0 ||
      (this.#sweep !== null && this.#sweep.settings === settings && this.#sweep.until > Date.now())
    )
      return;
    this.#sweep = { settings, until: Date.now() + renewalMs };
    for (const id of this.#renewals.keys()) if (this.#mounts.get(id) === null) this.#renewals.delete(id);
    void (async () => {
      // Sequentially: an engine may have hundreds of mounts. Errors are reported with the next request of the
      // mount itself.
      for (const { id } of this.#mounts.list()) await this.renew(id, settings)?.catch(() => undefined);
    })();
  }

  forget(id: SocketMountId): void {
    this.#renewals.delete(id);
  }

  async #resolve(trust: ImageTrust, mount: SocketMount, settings: SocketSettings): Promise<void> {
    try {
      const governing = await resolveCommandList(trust, mount, settings);
      if (JSON.stringify(governing) !== JSON.stringify(mount.governing))
        await this.#mounts.renew(mount.id, { governing });
    } finally {
      if (this.#renewals.get(mount.id)?.settings === settings)
        this.#renewals.set(mount.id, { settings, until: Date.now() + renewalMs, running: null });
    }
  }
}
