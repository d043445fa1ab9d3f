import { deny, type Change, type Denial } from './decision.ts';
import { invalidMount, invalidMountSource, invalidVolumeName, type EngineError } from './engine-errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';
import type { BindSourceContext } from './bind-source.ts';
import { parseBind, volumeName, writeBind } from './bind-spec.ts';
import { inheritedDenial } from './create-limits.ts';
import { consistencies } from './binds-as-mounts.ts';
import { mountOfBind, mountOfVolume } from './bind-volumes.ts';
import { decideVolumesFrom } from './existing-mounts.ts';
import { bindSource, boundVolume, namedVolume } from './mount-sources.ts';
import { inlineDriver, type CreateFacts } from './references.ts';
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
    decideVolumesFrom(host, facts, context, changes)
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
