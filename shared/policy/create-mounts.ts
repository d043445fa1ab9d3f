import { deny, type Change, type Denial } from './decision.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { listAt, objectAt, textAt, textsAt } from './shape.ts';
import { cleanPath, decideBindSource, type BindSourceContext } from './bind-source.ts';
import { parseBind, volumeName, writeBind } from './bind-spec.ts';
import { inlineDriver, parseVolumesFrom, type ContainerReference, type CreateFacts } from './references.ts';
import { decideVolume } from './volume.ts';

/** A8, B1: every road by which something of the engine's machine gets into a container. Writes cleaned sources and pinned ids into `host`. */
export function decideMounts(host: Map<string, Json>, body: JsonObject, facts: CreateFacts, context: BindSourceContext, changes: Change[]): Denial | null {
  const driver = textAt(host, 'VolumeDriver');
  if (driver !== '' && driver !== 'local') return deny('volume-plugin', `--volume-driver ${driver}`, { spec: 'A8' });
  for (const destination of objectAt(body, 'Volumes').keys()) {
    if (!destination.startsWith('/') || destination.includes(':')) return deny('unmodelled-value', `the volume ${destination}`, { spec: 'A8' });
  }
  return binds(host, facts, context, changes) ?? mounts(host, facts, context, changes) ?? volumesFrom(host, facts, context, changes);
}

function binds(host: Map<string, Json>, facts: CreateFacts, context: BindSourceContext, changes: Change[]): Denial | null {
  const written: string[] = [];
  for (const text of textsAt(host, 'Binds')) {
    const parsed = parseBind(text);
    if (!parsed.ok) return deny(parsed.rule, `the bind ${text}`, { spec: 'A8', detail: parsed.why });
    const { spec } = parsed;
    let source = spec.source;
    if (spec.kind === 'path') {
      const checked = bindSource(spec.source, facts, context);
      if (typeof checked !== 'string') return checked;
      if (checked.includes(':')) return deny('unmodelled-value', `the bind ${text}`, { spec: 'A8', detail: `it leads to ${checked}, and the colon would be taken for the end of the path` });
      source = checked;
    } else if (spec.kind === 'volume') {
      const denial = namedVolume(spec.source, facts);
      if (denial !== null) return denial;
    }
    if (source !== spec.source) changes.push({ rule: 'cleaned-path', field: 'HostConfig.Binds', before: spec.source, after: source });
    written.push(writeBind({ ...spec, source }));
  }
  if (written.length > 0) host.set('Binds', written);
  return null;
}

function mounts(host: Map<string, Json>, facts: CreateFacts, context: BindSourceContext, changes: Change[]): Denial | null {
  const written: Json[] = [];
  for (const mount of listAt(host, 'Mounts')) {
    if (!isObject(mount)) return deny('unreadable-body', 'HostConfig.Mounts');
    const source = textAt(mount, 'Source');
    const propagation = textAt(objectAt(mount, 'BindOptions'), 'Propagation');
    if (!['', 'private', 'rprivate', 'slave', 'rslave'].includes(propagation)) return deny('bind-propagation', `the mount of ${source} with propagation ${propagation}`, { spec: 'A8' });
    switch (textAt(mount, 'Type')) {
      case 'bind': {
        const checked = bindSource(source, facts, context);
        if (typeof checked !== 'string') return checked;
        if (checked !== source) changes.push({ rule: 'cleaned-path', field: 'HostConfig.Mounts', before: source, after: checked });
        written.push(new Map(mount).set('Source', checked));
        break;
      }
      case 'volume': {
        if (source !== '' && !volumeName.test(source)) return deny('unmodelled-value', `the volume ${source}`, { spec: 'A8' });
        const inline = inlineDriver(mount);
        const made = inline === null ? null : decideVolume(source, inline);
        if (made?.outcome === 'deny') return made;
        const denial = source === '' ? null : namedVolume(source, facts);
        if (denial !== null) return denial;
        written.push(mount);
        break;
      }
      case 'tmpfs': case 'image': written.push(mount); break;
      default: return deny('unmodelled-value', `a mount of type "${textAt(mount, 'Type')}"`, { spec: 'A8' });
    }
  }
  if (written.length > 0) host.set('Mounts', written);
  return null;
}

function volumesFrom(host: Map<string, Json>, facts: CreateFacts, context: BindSourceContext, changes: Change[]): Denial | null {
  const written: string[] = [];
  for (const text of textsAt(host, 'VolumesFrom')) {
    const parsed = parseVolumesFrom(text);
    const container = parsed === null ? null : facts.containers.get(parsed.container);
    if (parsed === null || !container) return deny('unmodelled-value', `--volumes-from ${text}`, { spec: 'A8', detail: 'there is no such container' });
    const denial = decideHeldMounts(container, facts, context);
    if (denial !== null) return denial;
    const pinned = parsed.mode === '' ? container.id : `${container.id}:${parsed.mode}`;
    if (pinned !== text) changes.push({ rule: 'pinned-reference', field: 'HostConfig.VolumesFrom', before: text, after: pinned });
    written.push(pinned);
  }
  if (written.length > 0) host.set('VolumesFrom', written);
  return null;
}

/** May what this container has mounted be mounted now? For `VolumesFrom`, and again at every start: the policy or the path may have changed. */
export function decideHeldMounts(container: ContainerReference, facts: Pick<CreateFacts, 'binds' | 'volumes'>, context: BindSourceContext): Denial | null {
  for (const mount of container.mounts) {
    if (mount.type === 'bind') {
      const checked = bindSource(mount.source, facts, context);
      if (typeof checked !== 'string') return checked;
    } else if (mount.type === 'volume' && mount.name !== '') {
      const denial = namedVolume(mount.name, facts);
      if (denial !== null) return denial;
    } else if (!['volume', 'tmpfs', 'image'].includes(mount.type)) return deny('unmodelled-value', `a mount of type "${mount.type}"`, { spec: 'A8' });
  }
  return null;
}

function bindSource(source: string, facts: Pick<CreateFacts, 'binds'>, context: BindSourceContext): string | Denial {
  const clean = cleanPath(source);
  const known = clean === null ? undefined : facts.binds.get(clean);
  if (clean === null || known === undefined) return deny('bind-unresolvable', `bind mount of ${source === '' ? '(nothing)' : source}`, { spec: 'A8', detail: 'it is not an absolute path' });
  const decision = decideBindSource(known, context);
  // What was checked is what is mounted: a link in the path could lead elsewhere later. An allowed source is always resolved.
  return decision.outcome === 'deny' ? decision : known.real ?? clean;
}

function namedVolume(name: string, facts: Pick<CreateFacts, 'volumes'>): Denial | null {
  const volume = facts.volumes.get(name);
  if (volume === undefined) return deny('volume-unknown', `volume ${name}`, { spec: 'A8' });
  // Not there yet: it will be made with the default driver and without options.
  if (volume === null) return null;
  const decision = decideVolume(name, volume);
  return decision.outcome === 'deny' ? decision : null;
}
