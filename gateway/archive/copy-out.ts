import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { BodyTransform } from '../http/message/body-stream.ts';
import type { StreamingResponseTransform } from '../http/exchange.ts';
import { asBytes, components, ContainerView, joined } from './container-view.ts';
import { errorsOf } from './engine-errors.ts';
import { LayerIds, type Layers } from './layer-ids.ts';
import {
  isUnchanged,
  changedMeanwhile,
  rangeSize,
  type ContainerRun,
  type IsolatedContainer,
} from './isolated.ts';
import type { UserShares } from './sharing-view.ts';
import { OutgoingNames } from './outgoing-names.ts';
import type { IdShift } from './tar-headers.ts';
import { TarIds, type EntryPlan, type PlanFor, type TarEntry } from './tar-ids.ts';
import { withUnmapped } from './unmapped-ids.ts';

/**
 * Ids of a range are what they are inside; all others stay: volumes and binds show the engine what is on
 * disk, and so does a stopped container.
 */
export function outOf({ base }: ContainerRun): EntryPlan {
  const inside = (id: number) => (inRange({ base }, id) ? id - base : id);
  return { uid: inside, gid: inside, capabilityRoot: inside };
}

/** A transform that rewrites the ids of every entry. */
export function withIds(planFor: PlanFor): BodyTransform {
  return async function* (content, offer) {
    const tar = new TarIds(planFor);
    offer?.(tar);
    for await (const part of content) yield await tar.write(part);
    yield tar.end();
  };
}

export interface CopyOut {
  readonly container: IsolatedContainer;
  readonly source: string;
  readonly shares: UserShares | null;
  readonly layers: Layers | null;
}

/** Ids stay, names are checked: out of a container whose ids need no care. */
export function namesChecked(kind: 'copy' | 'export', container: string): StreamingResponseTransform {
  return {
    begin: (head) =>
      head.status === 200 ? withIds(checkedBy(new OutgoingNames(kind, container), () => asTheyAre)) : null,
  };
}

/** `planFor`, for entries that a client may unpack. */
export function checkedBy(names: OutgoingNames, planFor: PlanFor): PlanFor {
  return (entry) => {
    names.check(entry);
    return planFor(entry);
  };
}

/**
 * GET archive: what is copied out shows ids as they are in the container. `source`: what is copied, as the
 * client says it. `layers`: where true ids are, while it runs.
 */
export function copyOut(
  { container, source, shares, layers }: CopyOut,
  facts: EngineFacts,
): StreamingResponseTransform {
  return {
    begin: async (head) => {
      if (head.status !== 200) return errorsOf(container).begin(head);
      // The engine answers with the container held, and lets go of it when the copy is over.
      if (!(await isUnchanged(container, facts))) throw changedMeanwhile(container.facts.name);
      const { run } = container;
      const plain = run === null ? asTheyAre : outOf(run);
      const planFor = shares === null ? () => plain : await sharedToo(container, source, shares, plain);
      const unmapped =
        run === null || layers === null
          ? planFor
          : withUnmapped(planFor, plain, new LayerIds(layers), placesInRoot(container, source));
      return withIds(checkedBy(new OutgoingNames('copy', container.facts.name), unmapped));
    },
  };
}

/**
 * HEAD archive: only a caller who may reach a path learns what is there. The engine looks as root: without
 * this, names, sizes and where links lead in directories of a share that are closed to the sharing user.
 */
export function checkedStat({
  container,
  source,
  shares,
}: Omit<CopyOut, 'layers'>): StreamingResponseTransform {
  return {
    begin: async () => {
      if (shares === null) return null;
      const view = await ContainerView.open(container);
      const { from } = await placesOf(view, source);
      const on = view.mountAt(from);
      if (on === null || !shares.has(on)) return null;
      const { entries, missing } = await view.pathInMount(from);
      const above = missing > 0 ? entries : entries.slice(0, -1);
      if (!above.every((stat) => shares.may(stat, 1)))
        throw shares.refusal(`looking at ${source}, where the sharing user may not go,`);
      return null;
    },
  };
}

/**
 * Places of entries in the container's own root file system; null for those in what is mounted on it, which
 * the engine sees as it is on disk.
 */
function placesInRoot(
  container: IsolatedContainer,
  source: string,
): (name: string) => Promise<string | null> {
  let opened: Promise<{
    readonly view: ContainerView;
    readonly places: { of(name: string): string };
  }> | null = null;
  const opening = async () => {
    const view = await ContainerView.open(container);
    return { view, places: await placesOf(view, source) };
  };
  return async (name) => {
    opened ??= opening();
    const { view, places } = await opened;
    const place = places.of(name);
    return view.mountAt(place) === null ? place : null;
  };
}

/** Changes no id. */
export const asTheyAre: IdShift = { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };
/** Types of entries with content. */
const files = new Set(['0', '\0', '7', 'S']);

/**
 * Where `source` is in the container, and the entries of an archive of it: paths without links, except those
 * that the entries make.
 */
async function placesOf(
  view: ContainerView,
  source: string,
): Promise<{ readonly from: string; of(name: string): string }> {
  const bytes = asBytes(source);
  const last = components(bytes).at(-1);
  // A link at the end is copied itself, unless the path says that it is a directory.
  const followed = /\/\.?$/.test(bytes) || last === undefined;
  const parent = await view.resolve(followed ? bytes : joined(components(bytes).slice(0, -1)), new Map());
  const from = followed || last === undefined ? components(parent.real) : [...components(parent.real), last];
  return {
    from: joined(from),
    // Names begin with the last component of the requested path, or with a dot.
    of: (name) =>
      joined([
        ...from,
        ...(/^\.?\//.test(name) || name === '.' ? components(name) : components(name).slice(1)),
      ]),
  };
}

/**
 * Tells entries in a user's shares by where they are: the engine reads them as root, and with the ids on
 * disk.
 */
async function sharedToo(
  container: IsolatedContainer,
  source: string,
  shares: UserShares,
  plain: IdShift,
): Promise<(entry: TarEntry) => EntryPlan> {
  const { run } = container;
  const view = await ContainerView.open(container);
  const places = await placesOf(view, source);
  const on = view.mountAt(places.from);
  if (on !== null && shares.has(on)) {
    const { entries, missing } = await view.pathInMount(places.from);
    if (missing > 0 || !entries.slice(0, -1).every((stat) => shares.may(stat, 1)))
      throw shares.refusal(`reading ${source}, where the sharing user may not go,`);
  }
  const { isStable } = view;
  return ({ name, type, uid, gid, mode }) => {
    const mount = view.mountAt(places.of(name));
    const shared = mount !== null && shares.has(mount);
    // Links may have been moved after the engine had followed them. While the container is up, what is not of
    // its range comes out of something mounted; while it is not, that is certain only where nothing mounted
    // was on the way.
    if (mount === null && (run === null ? isStable : inRange(run, uid) && inRange(run, gid))) return plain;
    if (
      (files.has(type) && !shares.may({ uid, gid, mode }, 4)) ||
      (type === '5' && !shares.may({ uid, gid, mode }, 5))
    ) {
      throw shares.refusal(
        `reading ${Buffer.from(name, 'latin1').toString('utf8')}, which the sharing user may not read,`,
      );
    }
    return shared ? shares.outOf : plain;
  };
}

const inRange = ({ base }: Pick<ContainerRun, 'base'>, id: number): boolean =>
  id >= base && id < base + rangeSize;
