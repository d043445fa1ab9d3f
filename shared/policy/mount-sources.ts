import { cleanPath, decideBindSource, type BindSourceContext } from './bind-source.ts';
import { bindVolume, type BindVolume } from './bind-volumes.ts';
import { deny, type Change, type Denial } from './decision.ts';
import { message } from '../messages/message.ts';
import { networkVolumeType } from './network-volumes.ts';
import type { CreateFacts } from './references.ts';
import { decideVolume } from './volume.ts';

/** The source of a bind mount in the form for the engine, or the refusal. Adds to `changes`. */
export function bindSource(
  source: string,
  field: string,
  facts: Pick<CreateFacts, 'binds'>,
  context: BindSourceContext,
  changes: Change[],
): string | Denial {
  const clean = cleanPath(source);
  if (
    clean !== null &&
    facts.binds.get(clean)?.isDockerSocket === true &&
    context.socket?.kind === 'granted'
  ) {
    changes.push({ rule: 'own-socket', field, before: source, after: context.socket.socket });
    return context.socket.socket;
  }
  const checked = checkedSource(source, facts, context);
  if (checked.denial !== null) return checked.denial;
  if (checked.source !== source)
    changes.push({ rule: 'cleaned-path', field, before: source, after: checked.source });
  return checked.source;
}

/** The source without links, if it may be mounted. */
export function checkedSource(
  source: string,
  facts: Pick<CreateFacts, 'binds'>,
  context: BindSourceContext,
): { denial: Denial } | { denial: null; source: string } {
  const clean = cleanPath(source);
  const known = clean === null ? undefined : facts.binds.get(clean);
  if (clean === null || known === undefined)
    return {
      denial: deny(
        'bind-unresolvable',
        source === '' ? message('policy.bind-mount-of-nothing') : message('policy.bind-mount', { source }),
        {
          detail: message('policy.path-not-absolute'),
        },
      ),
    };
  const decision = decideBindSource(known, context);
  // The checked path is the one that is mounted: a link in the path could change later. An allowed source is
  // always resolved.
  return decision.outcome === 'deny' ? { denial: decision } : { denial: null, source: known.real ?? clean };
}

/** The directory of a volume; null for other volumes. */
export function boundVolume(name: string, facts: Pick<CreateFacts, 'volumes'>): BindVolume | null {
  const volume = facts.volumes.get(name) ?? null;
  return volume === null ? null : bindVolume(volume);
}

/** The refusal of a volume by what its driver mounts. */
export function namedVolume(
  name: string,
  facts: Pick<CreateFacts, 'volumes' | 'networkVolumes'>,
): Denial | null {
  const volume = facts.volumes.get(name);
  if (volume === undefined) return deny('volume-unknown', message('policy.volume', { name }));
  // Does not exist yet: it will be created with the default driver and without options.
  if (volume === null) return null;
  const decision = decideVolume(name, volume, { networkVolumes: facts.networkVolumes, isMade: true });
  return decision.outcome === 'deny' ? decision : null;
}

/** Whether a volume is a share of another machine. */
export function isNetworkVolume(name: string, facts: Pick<CreateFacts, 'volumes'>): boolean {
  const volume = facts.volumes.get(name) ?? null;
  return volume !== null && networkVolumeType(volume) !== null;
}
