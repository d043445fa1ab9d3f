import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { isGuardOfOurs, planBinds } from './binds.ts';
import { isolateSpec, isPrivileged, parseSpec, renderSpec } from './bundle.ts';
import { cgroupsOf, checkCgroupPath } from './cgroup-path.ts';
import type { ContainerState, ContainerStore } from './containers.ts';
import { ownFileNames } from './devices.ts';
import { isShiftedPoint, refuseOpenPoints } from './engine-points.ts';
import { planLayerMounts } from './layer-mounts.ts';
import { mountOf, parseMountinfo, type Mount } from '../engine/base/mountinfo.ts';
import { checkNamespaces, refuseOthersRange } from './namespaces.ts';
import { IsolationRefused, refuse } from './options.ts';
import { layersAt, layersOf, planPlain, planShifted, siblings } from './overlay.ts';
import { PlanBuilder } from './plan.ts';
import { planProcFiles } from './proc-files.ts';
import { refuseMissingIds } from './process-ids.ts';
import { diskMap, rangeSize, upperMap, type RangeStore } from './ranges.ts';
import type { Reach } from './reach.ts';
import { isContainerId, type PlannerRequest } from './request.ts';
import { isRuntime } from './runtime-process.ts';
import { engineRoots, rangeOwnerOf, sharesOf, type SharingOptions } from './shares.ts';
import type { EngineParts } from './sockets.ts';
import { admitStepProcess, isStep, takeToken } from './step-processes.ts';

export interface ServiceOptions {
  readonly ranges: RangeStore;
  readonly containers: ContainerStore;
  readonly parts: EngineParts;
  readonly sharing: SharingOptions;
  /**
   * Where runc finds what is mounted for the container, in a mount namespace of its own; for everybody else
   * an empty directory.
   */
  readonly privateDirectory: string;
  /** Device files of our own by the machine's names (device-nodes.ts). */
  readonly deviceNodes: ReadonlyMap<string, string>;
  /** The runtime, as hooks call it. */
  readonly runtimeBinary: string;
  /** Descriptor of a sealed copy of runc (sealed-runc.ts); null: there is none. */
  readonly sealedRunc: () => number | null;
  readonly log: (line: string) => void;
}

/** A container's root file system in the private directory. */
export const rootName = 'root';

/**
 * Answers what the runtime asks. Synchronous on purpose: two requests never interleave, so a range, a state
 * file and a target belong to one of them.
 */
export class IsolationService {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Answers what is no create. */
  answer(verb: Exclude<PlannerRequest['verb'], 'create'>, request: PlannerRequest): Buffer {
    switch (verb) {
      case 'exec':
        admitStepProcess(request, this.#options.containers.read(request.id), this.#options.sharing);
        return new PlanBuilder().encode();
      case 'deleting':
      case 'deleting-by-force':
        return new PlanBuilder().encode();
      case 'delete':
        return this.planDelete(request.id, request.runcRoot, mountsOf(request.pid)).encode();
      case 'release': {
        // The runtime, which has the same mounts, does not wait: its process may be gone, and another be
        // making the container anew.
        const maker = this.#options.containers.read(request.id)?.runtimePid ?? request.pid;
        if (maker === request.pid || !isRuntime(maker, this.#options.runtimeBinary))
          this.release(request.id, request.runcRoot, mountsOf('self'));
        return new PlanBuilder().encode();
      }
    }
  }

  /**
   * Plans a create, with the mounts that the runtime has now, the emulated files of /proc at `procFiles`
   * where they are served, and what the sharing user was found to reach (share-checks.ts); throws
   * IsolationRefused with the text for whoever started the container.
   */
  create(request: PlannerRequest, mounts: readonly Mount[], procFiles: string | null, reach: Reach): Buffer {
    const { ranges, containers } = this.#options;
    const { id, runcRoot } = request;
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot))
      throw new IsolationRefused(`container ${id} exists already`);
    if (this.#isMadeByAnother(request))
      throw new IsolationRefused(`container ${id} is being created already`);
    refuseContainersId(request);
    const plan = new PlanBuilder();
    const earlier = containers.read(id);
    ranges.release(id);
    try {
      this.#planCreate(plan, request, mounts, procFiles, reach);
      return plan.encode();
    } catch (error) {
      ranges.release(id);
      // Where the engine has not got its own overlay back of an earlier life, the state must stay for the
      // planner's next start.
      if (earlier?.enginePoints.some((point) => isShiftedPoint(point, earlier, mounts)) !== true)
        containers.remove(id);
      throw error;
    }
  }

  #planCreate(
    plan: PlanBuilder,
    request: PlannerRequest,
    mounts: readonly Mount[],
    procFiles: string | null,
    reach: Reach,
  ): void {
    const { ranges, containers, parts, sharing, deviceNodes, runtimeBinary, privateDirectory } =
      this.#options;
    const { id, runcRoot, bundle } = request;
    const configFile = path.join(bundle, 'config.json');
    const given = parseSpec(readFileSync(configFile, 'utf8'));
    const { process, build } = isStep(request) ? takeToken(given['process']) : { process: null, build: null };
    const spec = build === null ? given : { ...given, process };
    checkCgroupPath(spec.linux.cgroupsPath, {
      id,
      engine: cgroupsOf(readFileSync(`/proc/${request.pid}/cgroup`, 'utf8')),
      isContainer: (name) => name !== id && isContainerId(name) && containers.read(name) !== null,
    });
    refuseMissingIds(spec);
    const joined = checkNamespaces(spec, request.pid);
    const owner = rangeOwnerOf(id, sharing);
    if (joined !== null) {
      refuseOthersRange(ranges.ownerOf(joined.base), owner);
      ranges.hold(joined.base, id);
    }
    const base = joined?.base ?? ranges.claim(id, owner);
    plan.range(base);
    const sealed = this.#options.sealedRunc();
    if (sealed !== null) plan.sealedRunc(sealed);
    const namespace = plan.userNamespace(diskMap(base));
    plan.privateDirectory(privateDirectory);
    // By the name that the container's root has for it, runc changes to a directory before it enters the
    // container (`exec`): to this, an empty one.
    mkdirSync(path.join(privateDirectory, rootName), { recursive: true, mode: 0o700 });

    let rootPath: string;
    const root = realpathSync.native(path.resolve(bundle, spec.root.path));
    const rootMount = mounts.findLast((mount) => mount.mountPoint === root);
    let state: ContainerState = {
      id,
      runcRoot,
      base,
      runtimePid: request.pid,
      boot: bootId(),
      overlay: null,
      enginePoints: [],
      device: null,
      shares: null,
      ...(build === null ? {} : { build }),
    };
    if (rootMount?.type === 'overlay') {
      const overlay = layersOf(rootMount, mounts);
      const points = siblings(rootMount, mounts);
      const partial = points.find((point) => point.root !== '/');
      if (partial !== undefined)
        refuse(`the container's layers are also mounted in part at ${partial.mountPoint}; unmount that`);
      // A second overlay over the same upper layer is undefined: the engine's goes first.
      if (overlay.upper !== null) for (const point of points) plan.unmount(point.mountPoint);
      // A commit has the engine read there, as root and by path, while the container (or who got a descriptor
      // from it) may put links in its way.
      if (overlay.upper !== null && isKeptLayer(overlay.upper.parent)) plan.guard(overlay.upper.parent);
      const upperNamespace = overlay.upper === null ? namespace : plan.userNamespace(upperMap(base));
      const tree = planShifted(plan, overlay, { namespace, upperNamespace, base, readOnly: false, mounts });
      if (overlay.upper !== null) {
        const enginePoints = points.map((point) => point.mountPoint);
        refuseOpenPoints(enginePoints);
        // The engine copies, exports and compares there while the container runs.
        for (const point of enginePoints) plan.attach(plan.clone(tree), point, true);
        state = { ...state, overlay, enginePoints };
      }
      rootPath = plan.place(tree, rootName);
    } else {
      const on = mountOf(root, mounts);
      const layers = on === null ? [] : layersAt(root, on, mounts, engineRoots(root, parts));
      for (const layer of layers) plan.guard(layer);
      const setId = layers.some((layer) => isGuardOfOurs(layer, mounts));
      rootPath = plan.place(
        plan.tree(root, { namespace, links: layers.length > 0, setId, noDevices: 'top' }),
        rootName,
      );
      state = { ...state, enginePoints: [root] };
    }

    const places = engineRoots(root, parts);
    const shares = sharesOf({ container: id, spec, plan, base, reach }, sharing);
    const bindSources = planBinds(spec, plan, {
      container: id,
      mounts,
      namespace,
      base,
      parts,
      shares,
      engineRoots: places,
    });
    const layerSources = planLayerMounts(spec, plan, { mounts, namespace, base, engineRoots: places });
    const deviceSources = new Map<string, string>();
    for (const name of ownFileNames(spec.linux.devices ?? [], isPrivileged(spec))) {
      const node = deviceNodes.get(name);
      if (node === undefined) continue;
      // Read-only keeps its mode and owner, which all containers share; a device opens for writing all the
      // same.
      deviceSources.set(name, plan.place(plan.tree(node, { namespace, readOnly: 'top' })));
    }
    const moreMounts = procFiles === null ? [] : planProcFiles(spec, plan, procFiles);
    const edited = isolateSpec(spec, {
      base,
      rangeSize,
      rootPath,
      bindSources,
      layerSources,
      deviceSources,
      moreMounts,
      joinedUserNamespace: joined?.userNamespace ?? null,
      unifiedCgroups: !mounts.some((mount) => mount.type === 'cgroup'),
      checkHook: { path: runtimeBinary, args: ['bulkhead-runc', '--bulkhead-check-container', String(base)] },
      cgroupHook: {
        path: runtimeBinary,
        args: ['bulkhead-runc', '--bulkhead-chown-cgroup', String(base), id, ...cgroupMounts(mounts)],
      },
    });
    // runc takes a relative path from its own cgroup on, which lets nobody open more devices than the engine
    // may (device-cgroup.ts).
    const cgroup = edited.linux.cgroupsPath;
    const placed =
      cgroup === undefined || !cgroup.includes('/') || cgroup.startsWith('/')
        ? edited
        : { ...edited, linux: { ...edited.linux, cgroupsPath: `/${cgroup}` } };
    containers.write({ ...state, shares: shares.maps() });
    const aside = `${configFile}.bulkhead`;
    writeFileSync(aside, renderSpec(placed), { mode: statSync(configFile).mode & 0o777 });
    renameSync(aside, configFile);
  }

  /**
   * Whether what is kept of the container is another runc's: one with another --root, which has a container
   * of the same name.
   */
  #isAnothers(id: string, runcRoot: string | null): boolean {
    const state = this.#options.containers.read(id);
    return (
      state !== null && runcRoot !== null && state.runcRoot !== runcRoot && this.isKnown(id, state.runcRoot)
    );
  }

  /**
   * Whether another runtime, which lives, is making the container or has not cleaned up yet after it failed
   * to.
   */
  #isMadeByAnother({ id, pid }: PlannerRequest): boolean {
    const state = this.#options.containers.read(id);
    return state !== null && state.runtimePid !== pid && isMade(state, this.#options.runtimeBinary);
  }

  /** Whether runc, with `runcRoot` as its --root, knows the container; null: nobody can. */
  isKnown(id: string, runcRoot: string | null): boolean {
    return runcRoot !== null && existsSync(path.join(runcRoot, id));
  }

  /**
   * Plans giving the engine its plain overlay back where it still has the container's (else `docker cp` and
   * `export` would show a stopped container with shifted ids). Nothing while runc still knows the container.
   */
  planDelete(id: string, runcRoot: string | null, mounts: readonly Mount[]): PlanBuilder {
    const plan = new PlanBuilder();
    const state = this.#options.containers.read(id);
    if (
      this.isKnown(id, runcRoot) ||
      this.#isAnothers(id, runcRoot) ||
      state === null ||
      state.overlay === null
    )
      return plan;
    // The engine may have unmounted it, or mounted its own again.
    const points = state.enginePoints.filter((point) => isShiftedPoint(point, state, mounts));
    if (points.length === 0) return plan;
    // Who holds a directory of it (an accomplice outside) must not exchange what the engine goes by in the
    // layers that it has next.
    const [first] = points;
    if (first !== undefined) plan.freeze(first);
    for (const point of points) plan.unmount(point);
    const plain = planPlain(plan, state.overlay);
    for (const [i, point] of points.entries()) plan.attach(i === 0 ? plain : plan.clone(plain), point);
    return plan;
  }

  /**
   * Forgets the container: state and range. Nothing while runc knows it or the engine still has its overlay.
   */
  release(id: string, runcRoot: string | null, mounts: readonly Mount[]): void {
    const { ranges, containers, log } = this.#options;
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot)) return;
    const state = containers.read(id);
    const left = state?.enginePoints.find((point) => isShiftedPoint(point, state, mounts));
    if (left !== undefined) {
      log(`container ${id}: its overlay is still mounted at ${left}; its range is kept`);
      throw new Error(`the container's overlay is still mounted at ${left}`);
    }
    containers.remove(id);
    ranges.release(id);
  }
}

/**
 * Whether `directory` is a container's, of overlay2: it goes with the container, and what is mounted on it
 * with it. A build's, which becomes an image's, would leave a mount each, and is frozen at its end instead;
 * of the snapshotter's another mount is made for a commit.
 */
const isKeptLayer = (directory: string): boolean => /\/overlay2\/[0-9a-f]{64}$/.test(directory);

/**
 * A build says the ids of its containers: by one of the engine's own a step would be taken for that
 * container, and get a range of the user who had it made (A3).
 */
function refuseContainersId(request: PlannerRequest): void {
  const { id } = request;
  if (!isStep(request) || !/^[0-9a-f]{64}$/.test(id)) return;
  throw new IsolationRefused(`a step of a build may not be called ${id}, as containers of the engine are`);
}

/** The machine's boot. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether the machine was booted since: the numbers of processes are others' now. */
export function isOfAnotherBoot(state: ContainerState): boolean {
  return state.boot !== undefined && state.boot !== bootId();
}

/**
 * Whether the runtime that creates the container is at work, or has not cleaned up yet after it failed to.
 */
export function isMade(state: ContainerState, runtimeBinary: string): boolean {
  return !isOfAnotherBoot(state) && isRuntime(state.runtimePid, runtimeBinary);
}

/**
 * Mount table of process `pid`. Read as bytes: asked for text, Node 24.21 writes beyond its memory where the
 * first 64 KiB come in parts of less than 8 KiB, and a longer line follows, as of an image with a hundred
 * layers.
 */
export function mountsOf(pid: number | 'self'): Mount[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`).toString('utf8'));
}

/**
 * `controllers=mountpoint` of every cgroup hierarchy mounted whole, as /proc/<pid>/cgroup names controllers.
 */
function cgroupMounts(mounts: readonly Mount[]): string[] {
  const known = new Set([
    'cpu',
    'cpuacct',
    'cpuset',
    'memory',
    'devices',
    'freezer',
    'blkio',
    'pids',
    'net_cls',
    'net_prio',
    'perf_event',
    'hugetlb',
    'rdma',
    'misc',
  ]);
  return mounts
    .filter((mount) => mount.root === '/' && mount.mountPoint.startsWith('/sys/fs/cgroup'))
    .flatMap((mount) => {
      if (mount.type === 'cgroup2') return [`=${mount.mountPoint}`];
      if (mount.type !== 'cgroup') return [];
      const controllers = mount.options.filter((option) => known.has(option) || option.startsWith('name='));
      return [`${controllers.join(',')}=${mount.mountPoint}`];
    });
}
