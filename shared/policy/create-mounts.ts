import { deny, type Change, type Denial } from './decision.ts';
import {
  invalidMount,
  invalidMountSource,
  invalidVolumeName,
  invalidVolumesFrom,
  isKnownAbsent,
  type EngineError,
} from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';
import { cleanPath, type BindSourceContext } from './bind-source.ts';
import { parseBind, volumeName, writeBind } from './bind-spec.ts';
import { inheritedDenial } from './create-limits.ts';
import { consistencies } from './binds-as-mounts.ts';
import { mountOfBind, mountOfVolume } from './bind-volumes.ts';
import { bindSource, boundVolume, checkedSource, namedVolume } from './mount-sources.ts';
import { inlineDriver, parseVolumesFrom, type ContainerReference, type CreateFacts } from './references.ts';
import { foreignSocket } from './socket-mount.ts';
import { message } from '../messages/message.ts';
import { decideVolume } from './volume.ts';

/**
 * A8, B1: every way by which files of the engine's machine get into a container. Writes cleaned sources and
 * pinned ids into `host`.
 */
export function decideMounts(
  host: Map<string, Json>,
  body: JsonObject,
  facts: CreateFacts,
  context: BindSourceContext,
  changes: Change[],
): Denial | null {
  const driver = textAt(host, 'VolumeDriver');
  if (driver !== '' && driver !== 'local') return deny('volume-plugin', `--volume-driver ${driver}`);
  for (const destination of objectAt(body, 'Volumes').keys()) {
    if (!destination.startsWith('/') || destination.includes(':'))
      return deny('unmodelled-value', message('policy.the-volume', { destination }), { spec: 'A8' });
  }
  const tooMany = inheritedDenial(host, facts.containers);
  if (tooMany !== null) return tooMany;
  const bound: Json[] = [];
  return (
    binds(host, bound, facts, context, changes) ??
    mounts(host, bound, facts, context, changes) ??
    volumesFrom(host, facts, context, changes)
  );
}

const given = (engineError: EngineError | undefined) => (engineError === undefined ? {} : { engineError });

/** Mounts of volumes that are directories of the machine are moved to `bound`. */
function binds(
  host: Map<string, Json>,
  bound: Json[],
  facts: CreateFacts,
  context: BindSourceContext,
  changes: Change[],
): Denial | null {
  const written: string[] = [];
  for (const [index, text] of textsAt(host, 'Binds').entries()) {
    const parsed = parseBind(text);
    if (!parsed.ok)
      return deny(parsed.rule, message('policy.the-bind', { text }), {
        spec: 'A8',
        detail: parsed.why,
        ...given(parsed.engineError),
      });
    const { spec } = parsed;
    let source = spec.source;
    if (spec.kind === 'path') {
      const checked = bindSource(spec.source, 'HostConfig.Binds', facts, context, changes);
      if (typeof checked !== 'string') return checked;
      if (checked.includes(':'))
        return deny('unmodelled-value', message('policy.the-bind', { text }), {
          spec: 'A8',
          detail: message('policy.path-has-colon', { path: checked }),
        });
      source = checked;
    } else if (spec.kind === 'volume') {
      const volume = boundVolume(spec.source, facts);
      if (volume !== null) {
        const checked = bindSource(volume.device, 'HostConfig.Binds', facts, context, changes);
        if (typeof checked !== 'string') return checked;
        bound.push(mountOfBind(volume, checked, spec, { index, text }));
        continue;
      }
      const denial = namedVolume(spec.source, facts);
      if (denial !== null) return denial;
    }
    written.push(writeBind({ ...spec, source }));
  }
  if (written.length > 0) host.set('Binds', written);
  else host.delete('Binds');
  return null;
}

/** Appends `bound`. */
function mounts(
  host: Map<string, Json>,
  bound: readonly Json[],
  facts: CreateFacts,
  context: BindSourceContext,
  changes: Change[],
): Denial | null {
  const written: Json[] = [];
  for (const mount of listAt(host, 'Mounts')) {
    if (!isObject(mount)) return deny('unreadable-body', 'HostConfig.Mounts');
    const source = textAt(mount, 'Source');
    const propagation = textAt(objectAt(mount, 'BindOptions'), 'Propagation');
    if (!['', 'private', 'rprivate', 'slave', 'rslave'].includes(propagation))
      return deny('bind-propagation', message('policy.mount-of-with-propagation', { source, propagation }), {
        ...(['shared', 'rshared'].includes(propagation)
          ? {}
          : { engineError: invalidMount('bind', `invalid propagation mode: ${propagation}`) }),
      });
    const consistency = textAt(mount, 'Consistency');
    if (!consistencies.has(consistency))
      return deny('unmodelled-value', message('policy.mount-with-consistency', { consistency }), {
        spec: 'A8',
      });
    switch (textAt(mount, 'Type')) {
      case 'bind': {
        if (!source.startsWith('/'))
          return deny('bind-unresolvable', message('policy.bind-mount', { source }), {
            detail: message('policy.it-is-not-absolute-path'),
            engineError: invalidMountSource(source),
          });
        const checked = bindSource(source, 'HostConfig.Mounts', facts, context, changes);
        if (typeof checked !== 'string') return checked;
        written.push(new Map(mount).set('Source', checked));
        break;
      }
      case 'volume': {
        if (source !== '' && !volumeName.test(source))
          return deny('unmodelled-value', message('policy.the-volume', { destination: source }), {
            spec: 'A8',
            ...given(invalidVolumeName(source)),
          });
        const inline = inlineDriver(mount);
        const made = inline === null ? null : decideVolume(source, inline);
        if (made?.outcome === 'deny') return made;
        const volume = inline === null ? boundVolume(source, facts) : null;
        if (volume !== null) {
          const checked = bindSource(volume.device, 'HostConfig.Mounts', facts, context, changes);
          if (typeof checked !== 'string') return checked;
          const bind = mountOfVolume(volume, checked, mount);
          if (bind !== null) {
            written.push(bind);
            break;
          }
        }
        const denial = source === '' ? null : namedVolume(source, facts);
        if (denial !== null) return denial;
        written.push(mount);
        break;
      }
      case 'tmpfs':
      case 'image':
        written.push(mount);
        break;
      default:
        return deny('unmodelled-value', message('policy.mount-of-type', { type: textAt(mount, 'Type') }), {
          spec: 'A8',
          ...(textAt(mount, 'Type') === 'cluster'
            ? {}
            : { engineError: invalidMount(textAt(mount, 'Type'), 'mount type unknown') }),
        });
    }
  }
  written.push(...bound);
  if (written.length > 0) host.set('Mounts', written);
  return null;
}

function volumesFrom(
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
        detail: message('policy.there-is-no-such-container'),
        ...(container === null && isKnownAbsent(text) ? { engineError: invalidVolumesFrom(text) } : {}),
      });
    for (const mount of container.mounts) {
      // A socket that gives its holder control of the engine belongs to that container alone: the new
      // container gets a socket of its own, if its image may.
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
  // A mount of the container's own takes precedence over one from VolumesFrom.
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

/** The destinations of the request's own mounts, cleaned. */
function ownDestinations(host: JsonObject): string[] {
  const binds = textsAt(host, 'Binds').map((text) => {
    const parsed = parseBind(text);
    return parsed.ok ? parsed.spec.destination : '';
  });
  const targets = listAt(host, 'Mounts').map((mount) => (isObject(mount) ? textAt(mount, 'Target') : ''));
  return [...binds, ...targets].map((destination) => cleanPath(destination) ?? '');
}

/**
 * Whether this container's existing mounts are allowed now. Checked at every start: the policy or the path
 * may have changed. `sockets` returns, by source, why the container may not have a socket of its own any
 * more; null if it may.
 */
export function decideExistingMounts(
  container: ContainerReference,
  facts: Pick<CreateFacts, 'binds' | 'volumes'>,
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
  facts: Pick<CreateFacts, 'binds' | 'volumes'>,
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
