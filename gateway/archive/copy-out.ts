import { message } from '../../shared/messages/message.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { BodyTransform } from '../http/message/body-stream.ts';
import type { StreamingResponseTransform } from '../http/exchange.ts';
import { asBytes, components, ContainerView, joinComponents } from './container-view.ts';
import { restoreNameInErrors } from './requested-name.ts';
import { LayerIds, type Layers } from './layer-ids.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { isUnchanged, changedMeanwhile, type ContainerRun, type IsolatedContainer } from './isolated.ts';
import type { UserShares } from './sharing-view.ts';
import { OutgoingNameChecker } from './outgoing-names.ts';
import type { IdShift } from './tar-headers.ts';
import { displayName, TarIdRewriter, type EntryPlan, type PlanFor, type TarEntry } from './tar-ids.ts';
import { withUnmappedIds } from './unmapped-ids.ts';

/**
 * The shift of a range's ids to those inside the container. All others stay: in volumes, binds and stopped
 * containers the engine sees the ids on disk.
 */
export function shiftOutOfRange({ base }: ContainerRun): EntryPlan {
  const inside = (id: number) => (inRange({ base }, id) ? id - base : id);
  return { uid: inside, gid: inside, capabilityRoot: inside };
}

/** A transform that rewrites the ids of every entry. */
export function withIds(planFor: PlanFor): BodyTransform {
  return async function* (content, offer) {
    const tar = new TarIdRewriter(planFor);
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

/** Checks names and keeps ids: for a container whose ids are not shifted. */
export function checkNamesTransform(kind: 'copy' | 'export', container: string): StreamingResponseTransform {
  return {
    begin: (head) =>
      head.status === 200
        ? withIds(withNameCheck(new OutgoingNameChecker(kind, container), () => identityShift))
        : null,
  };
}

/** `planFor`, for entries that a client may unpack. */
export function withNameCheck(names: OutgoingNameChecker, planFor: PlanFor): PlanFor {
  return (entry) => {
    names.check(entry);
    return planFor(entry);
  };
}

/**
 * GET archive: entries have the ids of the container. `source`: the copied path, as the client wrote it.
 * `layers`: where the true ids are, while it runs.
 */
export function copyOut(
  { container, source, shares, layers }: CopyOut,
  facts: EngineFacts,
): StreamingResponseTransform {
  return {
    begin: async (head) => {
      if (head.status !== 200) return restoreNameInErrors(container).begin(head);
      // The engine responds with the container locked, and unlocks it after the copy.
      if (!(await isUnchanged(container, facts))) throw changedMeanwhile(container.facts.name);
      const { run } = container;
      const plain = run === null ? identityShift : shiftOutOfRange(run);
      const planFor = shares === null ? () => plain : await planForShares(container, source, shares, plain);
      const unmapped =
        run === null || layers === null
          ? planFor
          : withUnmappedIds(planFor, plain, new LayerIds(layers), locateInRootFs(container, source));
      return withIds(withNameCheck(new OutgoingNameChecker('copy', container.facts.name), unmapped));
    },
  };
}

/**
 * HEAD archive: only a caller who can reach a path gets its stat. The engine looks it up as root, and would
 * disclose names, sizes and link targets in directories of a share that the sharing user has no access to.
 */
export function checkStatAccess({
  container,
  source,
  shares,
}: Omit<CopyOut, 'layers'>): StreamingResponseTransform {
  return {
    begin: async () => {
      if (shares === null) return null;
      const view = await ContainerView.open(container);
      const { from } = await locateEntries(view, source);
      const on = view.mountAt(from);
      if (on === null || !shares.has(on)) return null;
      const { entries, missing } = await view.pathInMount(from);
      const above = missing > 0 ? entries : entries.slice(0, -1);
      if (!above.every((stat) => shares.canAccess(stat, 1)))
        throw shares.refusal(message('gateway.copy-traverses-denied-path', { path: source }));
      return null;
    },
  };
}

/**
 * Locates entries in the container's root file system; null for entries in a mount, which the engine sees
 * with the ids on disk.
 */
function locateInRootFs(
  container: IsolatedContainer,
  source: string,
): (name: string) => Promise<string | null> {
  let opened: Promise<{
    readonly view: ContainerView;
    readonly entries: { locate(name: string): string };
  }> | null = null;
  const opening = async () => {
    const view = await ContainerView.open(container);
    return { view, entries: await locateEntries(view, source) };
  };
  return async (name) => {
    opened ??= opening();
    const { view, entries } = await opened;
    const file = entries.locate(name);
    return view.mountAt(file) === null ? file : null;
  };
}

/** Changes no id. */
export const identityShift: IdShift = { uid: (id) => id, gid: (id) => id, capabilityRoot: (id) => id };
/** Types of entries with content. */
const files = new Set(['0', '\0', '7', 'S']);

/**
 * Locates `source` in the container, and the entries of an archive of it: paths without links, except those
 * among the entries.
 */
async function locateEntries(
  view: ContainerView,
  source: string,
): Promise<{ readonly from: string; locate(name: string): string }> {
  const bytes = asBytes(source);
  const last = components(bytes).at(-1);
  // A link at the end is copied itself, unless the path says that it is a directory.
  const followed = /\/\.?$/.test(bytes) || last === undefined;
  const parent = await view.resolve(
    followed ? bytes : joinComponents(components(bytes).slice(0, -1)),
    new Map(),
  );
  const from = followed || last === undefined ? components(parent.real) : [...components(parent.real), last];
  return {
    from: joinComponents(from),
    // Names begin with the last component of the requested path, or with a dot.
    locate: (name) =>
      joinComponents([
        ...from,
        ...(/^\.?\//.test(name) || name === '.' ? components(name) : components(name).slice(1)),
      ]),
  };
}

/**
 * Plans entries in a user's shares by their location: the engine reads them as root, and with the ids on
 * disk.
 */
async function planForShares(
  container: IsolatedContainer,
  source: string,
  shares: UserShares,
  plain: IdShift,
): Promise<(entry: TarEntry) => EntryPlan> {
  const { run } = container;
  const view = await ContainerView.open(container);
  const located = await locateEntries(view, source);
  const on = view.mountAt(located.from);
  if (on !== null && shares.has(on)) {
    const { entries, missing } = await view.pathInMount(located.from);
    if (missing > 0 || !entries.slice(0, -1).every((stat) => shares.canAccess(stat, 1)))
      throw shares.refusal(message('gateway.copy-reads-denied-directory', { path: source }));
  }
  const { isStable } = view;
  return ({ name, type, uid, gid, mode }) => {
    const mount = view.mountAt(located.locate(name));
    const shared = mount !== null && shares.has(mount);
    // Links may have changed after the engine followed them. While the container is up, ids outside of its
    // range come from a mount; while it is not, the location is certain only where no mount was on the path.
    if (mount === null && (run === null ? isStable : inRange(run, uid) && inRange(run, gid))) return plain;
    if (
      (files.has(type) && !shares.canAccess({ uid, gid, mode }, 4)) ||
      (type === '5' && !shares.canAccess({ uid, gid, mode }, 5))
    ) {
      throw shares.refusal(message('gateway.copy-reads-denied-file', { path: displayName(name) }));
    }
    return shared ? shares.shiftOut : plain;
  };
}

const inRange = ({ base }: Pick<ContainerRun, 'base'>, id: number): boolean =>
  id >= base && id < base + rangeSize;
