import { listsNeedingTrust } from '../../shared/policy/commands.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { foreignSocket } from '../../shared/policy/socket-mount.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { resolveCommandList } from '../trust/command-list.ts';
import type { ImageTrust } from '../trust/image-trust.ts';
import { message } from '../../shared/messages/message.ts';
import { untrustedDetail } from '../trust/image-trust.ts';
import type { SocketMount, SocketMountId, SocketMounts } from '../base/socket-mount.ts';

type SocketSettings = EffectiveSettings['socket'];

/**
 * Whether what a mount was allowed by still holds. Synchronous while the entry that allowed it is in the
 * list.
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

/**
 * How long a refusal by image trust, or that it can't tell, is taken for the answer, ms; the registry may be
 * back after that.
 */
const refusalMs = 30_000;
const setting = '/enhancedContainerIsolation/dockerSocketMount/imageList';

/**
 * The container's image was held against the registry when it was made, and its content cannot change. So
 * while the entry that allowed it stands in the list the answer is yes, without asking anybody; when it is
 * gone, image trust says whether another entry allows it. Likewise with the command lists (B7): what is known
 * of an image and a list stays; lists that are new, or could not be asked about, are asked about before a
 * request is looked at, those of other mounts on the side: whoever enters their containers is held against
 * them.
 */
export function createAdmission(mounts: SocketMounts, trust: ImageTrust | null): MountAdmission {
  const refused = new Map<SocketMountId, { settings: SocketSettings; until: number; denial: Denial }>();

  const inForce = (mount: SocketMount, settings: SocketSettings): boolean =>
    settings.images.includes(mount.allowedBy) && (mount.derivedFrom === null || settings.allowDerivedImages);

  const ask = async (mount: SocketMount, settings: SocketSettings): Promise<Denial | null> => {
    const known = refused.get(mount.id);
    if (known !== undefined && known.settings === settings && known.until > Date.now()) return known.denial;
    const verdict = trust === null ? null : await trust.decide(mount.imageId, settings);
    if (verdict?.trusted === true && verdict.imageId === mount.imageId) {
      refused.delete(mount.id);
      await mounts.renew(mount.id, { allowedBy: verdict.allowedBy, derivedFrom: verdict.derivedFrom });
      return null;
    }
    const entry = { allowedBy: mount.allowedBy, image: mount.image };
    const denial = deny(
      'socket-mount',
      message('gateway.docker-socket-of-container', { name: nameOf(mount) }),
      {
        spec: 'B2',
        setting,
        detail:
          verdict?.trusted === false
            ? message('gateway.entry-is-no-longer-listed-because', {
                ...entry,
                problem: untrustedDetail(verdict),
              })
            : message('gateway.entry-is-no-longer-listed', entry),
        subject: { image: mount.image },
      },
    );
    refused.set(mount.id, { settings, until: Date.now() + refusalMs, denial });
    return denial;
  };

  const governed = new Map<
    SocketMountId,
    { settings: SocketSettings; until: number; asking: Promise<void> | null }
  >();
  /** Null: there is nothing to query, or not yet again. */
  const govern = (id: SocketMountId, settings: SocketSettings): Promise<void> | null => {
    const mount = mounts.get(id);
    if (mount === null || trust === null || listsNeedingTrust(settings, mount).length === 0) {
      governed.delete(id);
      return null;
    }
    const known = governed.get(id);
    if (
      known !== undefined &&
      known.settings === settings &&
      (known.asking !== null || known.until > Date.now())
    )
      return known.asking;
    const asking = (async () => {
      try {
        const governing = await resolveCommandList(trust, mount, settings);
        if (JSON.stringify(governing) !== JSON.stringify(mount.governing))
          await mounts.renew(id, { governing });
      } finally {
        if (governed.get(id)?.settings === settings)
          governed.set(id, { settings, until: Date.now() + refusalMs, asking: null });
      }
    })();
    governed.set(id, { settings, until: 0, asking });
    return asking;
  };
  let swept: { settings: SocketSettings; until: number } | null = null;
  const governOthers = (settings: SocketSettings): void => {
    if (
      settings.perImage.length === 0 ||
      (swept !== null && swept.settings === settings && swept.until > Date.now())
    )
      return;
    swept = { settings, until: Date.now() + refusalMs };
    for (const id of governed.keys()) if (mounts.get(id) === null) governed.delete(id);
    void (async () => {
      // One after the other: an engine with hundreds of them is not to be asked about all at once. What goes
      // wrong is said when the mount itself asks.
      for (const { id } of mounts.list()) await govern(id, settings)?.catch(() => undefined);
    })();
  };

  const admitted = (mount: SocketMount, settings: SocketSettings): Denial | null | Promise<Denial | null> => {
    const answer = inForce(mount, settings)
      ? (govern(mount.id, settings)?.then(() => null) ?? null)
      : ask(mount, settings).then(async (denial) => {
          if (denial === null) await govern(mount.id, settings);
          return denial;
        });
    governOthers(settings);
    return answer;
  };
  const allowed = (mount: SocketMount, settings: SocketSettings) =>
    inForce(mount, settings) ? null : ask(mount, settings);

  return {
    admit: (id, settings) => {
      const mount = mounts.get(id);
      if (mount === null) {
        refused.delete(id);
        governed.delete(id);
        return deny('socket-mount', message('gateway.this-docker-socket'), {
          detail: message('gateway.container-of-socket-is-gone'),
          setting: null,
        });
      }
      if (mount.container === null)
        return deny('socket-mount', message('gateway.this-docker-socket'), {
          detail: message('gateway.container-of-socket-is-not-known-yet'),
          setting: null,
        });
      return admitted(mount, settings);
    },
    mayStart: async (id, container, settings) => {
      const mount = mounts.get(id);
      if (mount === null)
        return foreignSocket(container.image, {
          kind: 'refused',
          remedy: 'none',
          detail: message('gateway.no-record-of-socket'),
        });
      if (mount.container === null)
        return foreignSocket(container.image, {
          kind: 'refused',
          remedy: 'none',
          detail: message('gateway.socket-is-not-known-yet'),
        });
      if (mount.container.id !== container.id)
        return foreignSocket(container.image, {
          kind: 'refused',
          remedy: 'none',
          detail: message('gateway.socket-belongs-to-container', { name: nameOf(mount) }),
        });
      return allowed(mount, settings);
    },
  };
}

const nameOf = (mount: SocketMount): string =>
  mount.container === null || mount.container.name === ''
    ? (mount.container?.id.slice(0, 12) ?? '(none)')
    : mount.container.name;
