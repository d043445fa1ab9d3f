import { deny, type Change, type Denial } from './decision.ts';
import {
  bindOptionsOfVolume,
  invalidMount,
  invalidMountSource,
  invalidVolumeName,
  propagationOfVolume,
  type EngineError,
} from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';
import { cleanPath, type BindSourceContext } from './bind-source.ts';
import { grantedPropagation, isSharedPropagation } from './bind-propagation.ts';
import { parseBind, volumeName, writeBind, type BindSpec } from './bind-spec.ts';
import { inheritedDenial } from './create-limits.ts';
import { consistencies } from './binds-as-mounts.ts';
import { mountOfBind, mountOfVolume } from './bind-volumes.ts';
import { decideVolumesFrom } from './existing-mounts.ts';
import { bindSource, boundVolume, isNetworkVolume, namedVolume } from './mount-sources.ts';
import { networkVolumeType, withRequiredOptions } from './network-volumes.ts';
import { inlineDriver, type CreateFacts } from './references.ts';
import { message } from '../messages/message.ts';
import { decideVolume } from './volume.ts';
import type { VolumeDriverFacts } from './volume-facts.ts';

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
    if (absoluteDestination(destination) === null)
      return deny('unmodelled-value', message('policy.the-volume', { destination }), { spec: 'A8' });
  }
  const tooMany = inheritedDenial(host, facts.containers);
  if (tooMany !== null) return tooMany;
  const bound: Json[] = [];
  return (
    binds(host, bound, facts, context, changes) ??
    mounts(host, bound, facts, context, changes) ??
    decideVolumesFrom(host, facts, context, changes)
  );
}

/** A key of `Volumes` as an absolute path, as which runc takes it; null for what is not modelled. */
function absoluteDestination(key: string): string | null {
  if (key === '' || key.includes(':')) return null;
  if (key.startsWith('/')) return key;
  const path = cleanPath(`/${key}`);
  return path === '/' ? null : path;
}

/** The `Volumes` of a create body, all with absolute paths; `body` has passed `decideMounts`. */
export function absoluteVolumes(body: JsonObject, changes: Change[]): JsonObject | null {
  const volumes = objectAt(body, 'Volumes');
  if ([...volumes.keys()].every((key) => key.startsWith('/'))) return null;
  const written = new Map<string, Json>();
  for (const [before, value] of volumes) {
    const after = absoluteDestination(before) ?? before;
    if (after !== before) changes.push({ rule: 'cleaned-path', field: 'Volumes', before, after });
    written.set(after, value);
  }
  return written;
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
      return deny('unmodelled-value', message('policy.the-bind', { text }), {
        spec: 'A8',
        detail: parsed.why,
        ...given(parsed.engineError),
      });
    const granted = withGrantedPropagation(parsed.spec, host, text, changes);
    if ('outcome' in granted) return granted;
    const spec = granted;
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
      if (isNetworkVolume(spec.source, facts)) {
        written.push(writeBind({ ...spec, options: withoutCopy(spec.options) }));
        continue;
      }
    }
    written.push(writeBind({ ...spec, source }));
  }
  if (written.length > 0) host.set('Binds', written);
  else host.delete('Binds');
  return null;
}

/** The bind with the propagation that the container gets; the refusal where it gets none. */
function withGrantedPropagation(
  spec: BindSpec,
  host: ReadonlyMap<string, Json>,
  text: string,
  changes: Change[],
): BindSpec | Denial {
  const wanted = spec.options.find(isSharedPropagation);
  if (wanted === undefined) return spec;
  const granted = spec.kind === 'path' ? grantedPropagation(wanted, host) : null;
  if (granted === null)
    return deny('bind-propagation', message('policy.the-bind', { text }), {
      detail: message('policy.bind-propagation', { option: wanted }),
      ...(spec.kind === 'path' ? {} : { engineError: propagationOfVolume(text) }),
    });
  changes.push({ rule: 'bind-propagation', field: 'HostConfig.Binds', before: wanted, after: granted });
  return {
    ...spec,
    options: spec.options.map((option) => grantedPropagation(option, host) ?? granted),
  };
}

/** `bound` is appended. */
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
    const consistency = textAt(mount, 'Consistency');
    const denial = propagationDenial(mount, host);
    if (denial !== null) return denial;
    if (!consistencies.has(consistency))
      return deny('unmodelled-value', message('policy.mount-with-consistency', { consistency }), {
        spec: 'A8',
      });
    const type = textAt(mount, 'Type');
    switch (type) {
      case 'bind':
      case 'volume': {
        const result =
          type === 'bind'
            ? bindMount(mount, host, facts, context, changes)
            : volumeMount(mount, facts, context, changes);
        if (result.denial !== null) return result.denial;
        written.push(result.mount);
        break;
      }
      case 'tmpfs':
      case 'image':
        written.push(mount);
        break;
      default:
        return deny('unmodelled-value', message('policy.mount-of-type', { type }), {
          spec: 'A8',
          ...(type === 'cluster' ? {} : { engineError: invalidMount(type, 'mount type unknown') }),
        });
    }
  }
  written.push(...bound);
  if (written.length > 0) host.set('Mounts', written);
  return null;
}

type WrittenMount = { readonly denial: Denial } | { readonly denial: null; readonly mount: JsonObject };

function propagationDenial(mount: JsonObject, host: ReadonlyMap<string, Json>): Denial | null {
  const propagation = textAt(objectAt(mount, 'BindOptions'), 'Propagation');
  const isShared = isSharedPropagation(propagation);
  if (isShared && textAt(mount, 'Type') === 'bind' && grantedPropagation(propagation, host) !== null)
    return null;
  if (['', 'private', 'rprivate', 'slave', 'rslave'].includes(propagation)) return null;
  const engineError =
    textAt(mount, 'Type') === 'volume'
      ? bindOptionsOfVolume
      : isShared
        ? undefined
        : invalidMount('bind', `invalid propagation mode: ${propagation}`);
  return deny(
    'bind-propagation',
    message('policy.mount-with-propagation', { source: textAt(mount, 'Source'), propagation }),
    given(engineError),
  );
}

function bindMount(
  mount: JsonObject,
  host: ReadonlyMap<string, Json>,
  facts: CreateFacts,
  context: BindSourceContext,
  changes: Change[],
): WrittenMount {
  const source = textAt(mount, 'Source');
  if (!source.startsWith('/'))
    return {
      denial: deny('bind-unresolvable', message('policy.bind-mount', { source }), {
        detail: message('policy.path-not-absolute'),
        engineError: invalidMountSource(source),
      }),
    };
  const field = 'HostConfig.Mounts';
  const checked = bindSource(source, field, facts, context, changes);
  if (typeof checked !== 'string') return { denial: checked };
  const written = new Map(mount).set('Source', checked);
  const options = objectAt(mount, 'BindOptions');
  const before = textAt(options, 'Propagation');
  const after = grantedPropagation(before, host) ?? before;
  if (after !== before) {
    changes.push({ rule: 'bind-propagation', field, before, after });
    written.set('BindOptions', new Map(options).set('Propagation', after));
  }
  return { denial: null, mount: written };
}

function volumeMount(
  mount: JsonObject,
  facts: CreateFacts,
  context: BindSourceContext,
  changes: Change[],
): WrittenMount {
  const source = textAt(mount, 'Source');
  if (source !== '' && !volumeName.test(source))
    return {
      denial: deny('unmodelled-value', message('policy.the-volume', { destination: source }), {
        spec: 'A8',
        ...given(invalidVolumeName(source)),
      }),
    };
  const inline = inlineDriver(mount);
  const made = inline === null ? null : decideVolume(source, inline, facts);
  if (made?.outcome === 'deny') return { denial: made };
  const volume = inline === null ? boundVolume(source, facts) : null;
  if (volume !== null) {
    const checked = bindSource(volume.device, 'HostConfig.Mounts', facts, context, changes);
    if (typeof checked !== 'string') return { denial: checked };
    const bind = mountOfVolume(volume, checked, mount);
    if (bind !== null) return { denial: null, mount: bind };
  }
  const denial = source === '' ? null : namedVolume(source, facts);
  if (denial !== null) return { denial };
  const isNetwork = inline === null ? isNetworkVolume(source, facts) : networkVolumeType(inline) !== null;
  return { denial, mount: isNetwork ? networkMount(mount, inline) : mount };
}

// The engine would copy the image's files into an empty volume, as root: on a share of another machine it
// could leave files of root's there, with whatever mode they have in the image.

const withoutCopy = (options: readonly string[]): readonly string[] =>
  options.includes('nocopy') ? options : [...options, 'nocopy'];

/** A mount of a share of another machine, with the options that it must have. */
function networkMount(mount: JsonObject, inline: VolumeDriverFacts | null): JsonObject {
  const options = new Map(objectAt(mount, 'VolumeOptions')).set('NoCopy', true);
  if (inline !== null)
    options.set(
      'DriverConfig',
      new Map(objectAt(options, 'DriverConfig')).set('Options', withRequiredOptions(inline)),
    );
  return new Map(mount).set('VolumeOptions', options);
}
