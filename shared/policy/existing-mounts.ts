import { cleanPath, type BindSourceContext } from './bind-source.ts';
import { parseBind } from './bind-spec.ts';
import { deny, type Change, type Denial } from './decision.ts';
import { invalidVolumesFrom, isKnownAbsent } from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { message } from '../messages/message.ts';
import { checkedSource, namedVolume } from './mount-sources.ts';
import { parseVolumesFrom, type ContainerReference, type CreateFacts } from './references.ts';
import { listAt, textAt, textsAt } from './shape.ts';
import { foreignSocket } from './socket-mount.ts';

/** What comes with `VolumesFrom` (A8, B1). Writes pinned ids, and mounts of own sockets, into `host`. */
export function decideVolumesFrom(
  host: Map<string, Json>,
  facts: CreateFacts,
  context: BindSourceContext,
  changes: Change[],
): Denial | null {
  const written: string[] = [];
  const sockets = new Map<string, Json>();
  for (const text of textsAt(host, 'VolumesFrom')) {
    const parsed = parseVolumesFrom(text);
    const container = parsed === null ? null : facts.containers.get(parsed.container);
    if (parsed === null || !container)
      return deny('unmodelled-value', `--volumes-from ${text}`, {
        spec: 'A8',
        detail: message('policy.container-unknown'),
        ...(container === null && isKnownAbsent(text) ? { engineError: invalidVolumesFrom(text) } : {}),
      });
    for (const mount of container.mounts) {
      // What gives the holder its power over the engine is the holder's: the new container gets a socket of
      // its own, if its image may.
      if (isSocket(mount, facts)) {
        if (context.socket?.kind !== 'granted') return foreignSocket(context.image, context.socket ?? null);
        sockets.set(
          mount.destination,
          ownSocket(
            context.socket.socket,
            mount.destination,
            mount.readOnly || parsed.mode.split(',').includes('ro'),
          ),
        );
        continue;
      }
      const denial = decideExistingMount(mount, facts, context);
      if (denial !== null) return denial;
    }
    const pinned = parsed.mode === '' ? container.id : `${container.id}:${parsed.mode}`;
    if (pinned !== text)
      changes.push({
        rule: 'pinned-reference',
        field: 'HostConfig.VolumesFrom',
        before: text,
        after: pinned,
      });
    written.push(pinned);
  }
  if (written.length > 0) host.set('VolumesFrom', written);
  // A mount of the container's own wins over one that comes along with VolumesFrom.
  const own = ownDestinations(host);
  for (const destination of own) sockets.delete(destination);
  if (sockets.size > 0) {
    host.set('Mounts', [...listAt(host, 'Mounts'), ...sockets.values()]);
    for (const destination of sockets.keys())
      changes.push({ rule: 'own-socket', field: 'HostConfig.Mounts', before: '', after: destination });
  }
  return null;
}

type ExistingMount = ContainerReference['mounts'][number];

function isSocket(mount: ExistingMount, facts: Pick<CreateFacts, 'binds'>): boolean {
  const known = mount.type === 'bind' ? facts.binds.get(mount.source) : undefined;
  return known !== undefined && (known.isDockerSocket || known.socketMount !== null);
}

function ownSocket(source: string, target: string, readOnly: boolean): JsonObject {
  return new Map<string, Json>([
    ['Type', 'bind'],
    ['Source', source],
    ['Target', target],
    ...(readOnly ? [['ReadOnly', true] as const] : []),
  ]);
}

/** Where the request itself mounts something, cleaned. */
function ownDestinations(host: JsonObject): string[] {
  const binds = textsAt(host, 'Binds').map((text) => {
    const parsed = parseBind(text);
    return parsed.ok ? parsed.spec.destination : '';
  });
  const targets = listAt(host, 'Mounts').map((mount) => (isObject(mount) ? textAt(mount, 'Target') : ''));
  return [...binds, ...targets].map((destination) => cleanPath(destination) ?? '');
}

/**
 * Whether the container's mounts are still allowed, decided at every start: the policy or the path may have
 * changed. `sockets` says, by source, why the container may not have a socket of its own any more; null where
 * it may.
 */
export function decideExistingMounts(
  container: ContainerReference,
  facts: Pick<CreateFacts, 'binds' | 'volumes' | 'networkVolumes'>,
  context: BindSourceContext,
  sockets: ReadonlyMap<string, Denial | null> = new Map(),
): Denial | null {
  for (const mount of container.mounts) {
    const socket = mount.type === 'bind' ? sockets.get(mount.source) : undefined;
    const denial = socket === undefined ? decideExistingMount(mount, facts, context) : socket;
    if (denial !== null) return denial;
  }
  return null;
}

function decideExistingMount(
  mount: ExistingMount,
  facts: Pick<CreateFacts, 'binds' | 'volumes' | 'networkVolumes'>,
  context: BindSourceContext,
): Denial | null {
  switch (mount.type) {
    case 'bind': {
      const { denial } = checkedSource(mount.source, facts, context);
      return denial;
    }
    case 'volume':
      return mount.name === '' ? null : namedVolume(mount.name, facts);
    case 'tmpfs':
    case 'image':
      return null;
    default:
      return deny('unmodelled-value', message('policy.mount-of-type', { type: mount.type }), {
        spec: 'A8',
      });
  }
}
