import { deny, type Denial } from '../../shared/policy/decision.ts';
import { foreignSocket } from '../../shared/policy/socket-mount.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { untrustedDetail, type ImageTrust, type ImageVerdict } from '../trust/image-verdict.ts';
import { CommandListRenewal } from './command-list-renewal.ts';
import type { SocketMount, SocketMountId, SocketMounts } from '../base/socket-mount.ts';

type SocketSettings = EffectiveSettings['socket'];

/**
 * Whether a mount is still allowed. Synchronous while the entry that allowed it is in the list.
 */
export interface MountAdmission {
  /** The denial of any request on this mount's socket; null: requests are inspected. */
  admit(id: SocketMountId, settings: SocketSettings): Denial | null | Promise<Denial | null>;
  /** May this container be started with this mount? Null: yes. */
  mayStart(
    id: SocketMountId,
    container: { readonly id: string; readonly image: string },
    settings: SocketSettings,
  ): Promise<Denial | null>;
}

/** How long a refusal by image trust holds, ms; the registry may be back after that. */
const refusalMs = 30_000;
const setting = '/enhancedContainerIsolation/dockerSocketMount/imageList';

/**
 * The container's image was compared with the registry at its creation, and its content cannot change. So
 * while the entry that allowed it is in the list, the mount is allowed without a query; when it is removed,
 * image trust decides whether another entry allows the image.
 */
export function createAdmission(mounts: SocketMounts, trust: ImageTrust | null): MountAdmission {
  return new Admission(mounts, trust);
}

class Admission implements MountAdmission {
  readonly #mounts: SocketMounts;
  readonly #trust: ImageTrust | null;
  readonly #commandLists: CommandListRenewal;
  readonly #refused = new Map<SocketMountId, { settings: SocketSettings; until: number; denial: Denial }>();

  constructor(mounts: SocketMounts, trust: ImageTrust | null) {
    this.#mounts = mounts;
    this.#trust = trust;
    this.#commandLists = new CommandListRenewal(mounts, trust);
  }

  admit(id: SocketMountId, settings: SocketSettings): Denial | null | Promise<Denial | null> {
    const mount = this.#mounts.get(id);
    if (mount === null) {
      this.#refused.delete(id);
      this.#commandLists.forget(id);
      return deny('socket-mount', message('gateway.this-docker-socket'), {
        detail: message('gateway.container-of-socket-removed'),
        setting: null,
      });
    }
    if (mount.container === null)
      return deny('socket-mount', message('gateway.this-docker-socket'), {
        detail: message('gateway.container-of-socket-pending'),
        setting: null,
      });
    const renew = (): Promise<void> | null => this.#commandLists.renew(id, settings);
    const denial = isAllowed(mount, settings)
      ? (renew()?.then(() => null) ?? null)
      : this.#checkImageTrust(mount, settings).then(async (refused) => {
          if (refused === null) await renew();
          return refused;
        });
    this.#commandLists.renewOthers(settings);
    return denial;
  }

  async mayStart(
    id: SocketMountId,
    container: { readonly id: string; readonly image: string },
    settings: SocketSettings,
  ): Promise<Denial | null> {
    const mount = this.#mounts.getRecorded(id);
    const refuse = (detail: Message): Denial =>
      foreignSocket(container.image, { kind: 'refused', remedy: 'none', detail });
    if (mount === null) return refuse(message('gateway.no-record-of-socket'));
    if (mount.container === null) return refuse(message('gateway.socket-pending'));
    if (mount.container.id !== container.id)
      return refuse(message('gateway.socket-belongs-to-container', { name: nameOf(mount) }));
    return isAllowed(mount, settings) ? null : this.#checkImageTrust(mount, settings);
  }

  /** Decides whether another entry allows the mount, after the one that allowed it was removed. */
  async #checkImageTrust(mount: SocketMount, settings: SocketSettings): Promise<Denial | null> {
    const cached = this.#refused.get(mount.id);
    if (cached !== undefined && cached.settings === settings && cached.until > Date.now())
      return cached.denial;
    const verdict = this.#trust === null ? null : await this.#trust.decide(mount.imageId, settings);
    if (verdict?.trusted === true && verdict.imageId === mount.imageId) {
      this.#refused.delete(mount.id);
      await this.#mounts.renew(mount.id, {
        allowedBy: verdict.allowedBy,
        derivedFrom: verdict.derivedFrom,
      });
      return null;
    }
    const denial = removedEntryDenial(mount, verdict);
    this.#refused.set(mount.id, { settings, until: Date.now() + refusalMs, denial });
    return denial;
  }
}

/** The entry that allowed the mount is still in the list. */
const isAllowed = (mount: SocketMount, settings: SocketSettings): boolean =>
  settings.images.includes(mount.allowedBy) && (mount.derivedFrom === null || settings.allowDerivedImages);

function removedEntryDenial(mount: SocketMount, verdict: ImageVerdict | null): Denial {
  const entry = { allowedBy: mount.allowedBy, image: mount.image };
  return deny('socket-mount', message('gateway.docker-socket-of-container', { name: nameOf(mount) }), {
    spec: 'B2',
    setting,
    detail:
      verdict?.trusted === false
        ? message('gateway.entry-no-longer-listed-because', {
            ...entry,
            problem: untrustedDetail(verdict),
          })
        : message('gateway.entry-no-longer-listed', entry),
    subject: { image: mount.image },
  });
}

const nameOf = (mount: SocketMount): string =>
  mount.container === null || mount.container.name === ''
    ? (mount.container?.id.slice(0, 12) ?? '(none)')
    : mount.container.name;
