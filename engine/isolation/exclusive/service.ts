import { existsSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { planBinds } from './binds.ts';
import { isolateSpec, isPrivileged, parseSpec, renderSpec } from './bundle.ts';
import { cgroupsOf, checkCgroupPath } from './cgroup-path.ts';
import type { ContainerState, ContainerStore } from './containers.ts';
import { ownFileNames } from './devices.ts';
import { planLayerMounts } from './layer-mounts.ts';
import { isWithin, mountOf, parseMountinfo, type Mount } from './mountinfo.ts';
import { checkNamespaces } from './namespaces.ts';
import { IsolationRefused, refuse } from './options.ts';
import { layersAt, layersOf, planPlain, planShifted, siblings } from './overlay.ts';
import { PlanBuilder } from './plan.ts';
import { planProcFiles } from './proc-files.ts';
import { refuseMissingIds } from './process-ids.ts';
import { diskMap, rangeSize, type RangeStore } from './ranges.ts';
import { isContainerId, type PlannerRequest } from './request.ts';
import { isRuntime } from './runtime-process.ts';
import { engineRoots, sharesOf, type SharingOptions } from './shares.ts';
import type { EngineParts } from './sockets.ts';

export interface ServiceOptions {
  readonly ranges: RangeStore;
  readonly containers: ContainerStore;
  readonly parts: EngineParts;
  readonly sharing: SharingOptions;
  /** Device files of our own by the machine's names (device-nodes.ts). */
  readonly deviceNodes: ReadonlyMap<string, string>;
  /** The runtime, as hooks call it. */
  readonly runtimeBinary: string;
  /** Descriptor of a sealed copy of runc (sealed-runc.ts); null: there is none. */
  readonly sealedRunc: () => number | null;
  readonly log: (line: string) => void;
}

/**
 * Answers what the runtime asks. Synchronous on purpose: two requests never interleave, so a range, a state file and a target
 * belong to one of them.
 */
export class IsolationService {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) { this.#options = options; }

  /** Answers what is no create. */
  answer(verb: Exclude<PlannerRequest['verb'], 'create'>, request: PlannerRequest): Buffer {
    switch (verb) {
      case 'deleting':
      case 'deleting-by-force': {
        // Written while runc deletes, so that nobody waits for it afterwards.
        this.#noteDevice(request.id, request.runcRoot, mountsOf('self'));
        return new PlanBuilder().encode();
      }
      case 'ended': return this.#planEnd(request.id, request.runcRoot, mountsOf(request.pid)).encode();
      case 'delete': return this.planDelete(request.id, request.runcRoot, mountsOf(request.pid)).encode();
      case 'release': {
        // The runtime, which has the same mounts, does not wait: its process may be gone, and another be making the container anew.
        const maker = this.#options.containers.read(request.id)?.runtimePid ?? request.pid;
        if (maker === request.pid || !isRuntime(maker, this.#options.runtimeBinary)) this.release(request.id, request.runcRoot, mountsOf('self'));
        return new PlanBuilder().encode();
      }
    }
  }

  /**
   * Plans a create, with the mounts that the runtime has now and the emulated files of /proc at `procFiles` where they are served; throws
   * IsolationRefused with the text for whoever started the container.
   */
  create(request: PlannerRequest, mounts: readonly Mount[], procFiles: string | null): Buffer {
    const { ranges, containers } = this.#options;
    const { id, runcRoot } = request;
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot)) throw new IsolationRefused(`container ${id} exists already`);
    if (this.#isMadeByAnother(request)) throw new IsolationRefused(`container ${id} is being created already`);
    const plan = new PlanBuilder();
    // An earlier life of this container that was deleted while no planner answered.
    this.#planUnmounts(plan, id, mounts);
    ranges.release(id);
    try {
      this.#planCreate(plan, request, mounts, procFiles);
      return plan.encode();
    } catch (error) {
      ranges.release(id);
      // With mounts of an earlier life still there, its state must stay for the planner's next start.
      if (!mounts.some((mount) => isWithin(mount.mountPoint, containers.directory(id)))) containers.remove(id);
      throw error;
    }
  }

  #planCreate(plan: PlanBuilder, request: PlannerRequest, mounts: readonly Mount[], procFiles: string | null): void {
    const { ranges, containers, parts, sharing, deviceNodes, runtimeBinary } = this.#options;
    const { id, runcRoot, bundle } = request;
    const configFile = path.join(bundle, 'config.json');
    const spec = parseSpec(readFileSync(configFile, 'utf8'));
    checkCgroupPath(spec.linux.cgroupsPath, {
      id, engine: cgroupsOf(readFileSync(`/proc/${request.pid}/cgroup`, 'utf8')), isContainer: (name) => name !== id && isContainerId(name) && containers.read(name) !== null,
    });
    refuseMissingIds(spec);
    const joined = checkNamespaces(spec, request.pid);
    if (joined !== null) ranges.hold(joined.base, id);
    const base = joined?.base ?? ranges.claim(id);
    plan.range(base);
    const sealed = this.#options.sealedRunc();
    if (sealed !== null) plan.sealedRunc(sealed);
    const namespace = plan.userNamespace(diskMap(base));

    const rootPath = containers.makeRootTarget(id, base);
    const given = realpathSync.native(path.resolve(bundle, spec.root.path));
    const rootMount = mounts.findLast((mount) => mount.mountPoint === given);
    let state: ContainerState = { id, runcRoot, base, runtimePid: request.pid, boot: bootId(), overlay: null, enginePoints: [], device: null, shares: null };
    if (rootMount?.type === 'overlay') {
      const overlay = layersOf(rootMount, mounts);
      const points = siblings(rootMount, mounts);
      const partial = points.find((point) => point.root !== '/');
      if (partial !== undefined) refuse(`the container's layers are also mounted in part at ${partial.mountPoint}; unmount that`);
      // A second overlay over the same upper layer is undefined: the engine's goes first.
      if (overlay.upper !== null) for (const point of points) plan.unmount(point.mountPoint);
      // A commit has the engine read there, as root and by path, while the container (or who got a descriptor from it) may put links in its way.
      if (overlay.upper !== null && isKeptLayer(overlay.upper.parent)) plan.withoutLinks(overlay.upper.parent);
      const tree = planShifted(plan, overlay, namespace, base, false, mounts);
      // Attached first: older kernels copy attached mounts only.
      plan.attach(tree, rootPath);
      if (overlay.upper !== null) {
        for (const point of points) plan.attach(plan.clone(tree), point.mountPoint);
        state = { ...state, overlay, enginePoints: points.map((point) => point.mountPoint) };
      }
    } else {
      const on = mountOf(given, mounts);
      const layers = on === null ? [] : layersAt(given, on, mounts, engineRoots(given, parts));
      for (const layer of layers) plan.withoutLinks(layer);
      plan.attach(plan.tree(given, { namespace, links: layers.length > 0 }), rootPath);
      state = { ...state, enginePoints: [given] };
    }

    const places = engineRoots(given, parts);
    const shares = sharesOf({ container: id, spec, plan, plain: namespace, base }, sharing);
    const bindSources = planBinds(spec, plan, {
      container: id, mounts, namespace, base, parts, shares, engineRoots: places,
      makeTarget: (number, kind) => containers.makeBindTarget(id, number, kind),
    });
    let targets = bindSources.size;
    const layerSources = planLayerMounts(spec, plan, {
      mounts, namespace, base, engineRoots: places, makeTarget: () => containers.makeBindTarget(id, targets++, 'directory'),
    });
    const makeFileTarget = () => containers.makeBindTarget(id, targets++, 'file');
    const deviceSources = new Map<string, string>();
    for (const name of ownFileNames(spec.linux.devices ?? [], isPrivileged(spec))) {
      const node = deviceNodes.get(name);
      if (node === undefined) continue;
      const target = makeFileTarget();
      // Read-only keeps its mode and owner, which all containers share; a device opens for writing all the same.
      plan.attach(plan.tree(node, { namespace, readOnly: 'top' }), target);
      deviceSources.set(name, target);
    }
    const moreMounts = procFiles === null ? [] : planProcFiles(spec, plan, procFiles, makeFileTarget);
    const edited = isolateSpec(spec, {
      base, rangeSize, rootPath, bindSources, layerSources, deviceSources, moreMounts,
      joinedUserNamespace: joined?.userNamespace ?? null,
      unifiedCgroups: !mounts.some((mount) => mount.type === 'cgroup'),
      cgroupHook: { path: runtimeBinary, args: ['bulkhead-runc', '--bulkhead-chown-cgroup', String(base), id, ...cgroupMounts(mounts)] },
    });
    containers.write({ ...state, shares: shares.maps() });
    const aside = `${configFile}.bulkhead`;
    writeFileSync(aside, renderSpec(edited), { mode: statSync(configFile).mode & 0o777 });
    renameSync(aside, configFile);
  }

  /** Whether what is kept of the container is another runc's: one with another --root, which has a container of the same name. */
  #isAnothers(id: string, runcRoot: string | null): boolean {
    const state = this.#options.containers.read(id);
    return state !== null && runcRoot !== null && state.runcRoot !== runcRoot && this.isKnown(id, state.runcRoot);
  }

  /** Whether another runtime, which lives, is making the container or has not cleaned up yet after it failed to. */
  #isMadeByAnother({ id, pid }: PlannerRequest): boolean {
    const state = this.#options.containers.read(id);
    return state !== null && state.runtimePid !== pid && isMade(state, this.#options.runtimeBinary);
  }

  /** Whether runc, with `runcRoot` as its --root, knows the container; null: nobody can. */
  isKnown(id: string, runcRoot: string | null): boolean {
    return runcRoot !== null && existsSync(path.join(runcRoot, id));
  }

  /**
   * Plans taking away the container's mounts and giving the engine its plain overlay back where it still has it mounted
   * (else `docker cp` and `export` would show a stopped container with shifted ids). Nothing while runc still knows the container.
   */
  planDelete(id: string, runcRoot: string | null, mounts: readonly Mount[]): PlanBuilder {
    const { containers } = this.#options;
    const plan = new PlanBuilder();
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot)) return plan;
    this.#planMountsBack(plan, id, containers.read(id), mounts);
    return plan;
  }

  /**
   * Plans the end of what ran in the foreground, a build's step: the engine makes a layer of what it wrote, reading it as root and by path, then
   * and whenever it gives the image away. A process of another step may hold a directory of it, and must not change it any more (A5). What it
   * mounted for writing may become a layer, too.
   */
  #planEnd(id: string, runcRoot: string, mounts: readonly Mount[]): PlanBuilder {
    const plan = new PlanBuilder();
    const state = this.#options.containers.read(id);
    if (state === null || state.runcRoot !== runcRoot) throw new IsolationRefused(`nothing is kept of container ${id}`);
    const directory = this.#options.containers.directory(id);
    const written = mounts.filter(({ type, mountPoint, options }) => type === 'overlay' && isWithin(mountPoint, directory) && options.some((option) => option.startsWith('upperdir=')));
    for (const { mountPoint } of written) plan.freeze(mountPoint);
    this.#planMountsBack(plan, id, state, mounts);
    return plan;
  }

  #planMountsBack(plan: PlanBuilder, id: string, state: ContainerState | null, mounts: readonly Mount[]): void {
    const device = this.#deviceOf(id, state, mounts);
    this.#planUnmounts(plan, id, mounts);
    if (state === null || state.overlay === null || device === null) return;
    // Only what is our overlay: the engine may have unmounted it, or mounted its own again.
    const points = state.enginePoints.filter((point) => mounts.findLast((mount) => mount.mountPoint === point)?.device === device);
    if (points.length === 0) return;
    // Whoever performs this may be killed after the root is gone, and before the engine has its overlay back.
    this.#keepDevice(state, device);
    for (const point of points) plan.unmount(point);
    const plain = planPlain(plan, state.overlay);
    for (const [i, point] of points.entries()) plan.attach(i === 0 ? plain : plan.clone(plain), point);
  }

  /** Device of the container's shifted overlay. */
  #deviceOf(id: string, state: ContainerState | null, mounts: readonly Mount[]): string | null {
    const root = path.join(this.#options.containers.directory(id), 'root');
    return mounts.find((mount) => mount.mountPoint === root)?.device ?? state?.device ?? null;
  }

  #noteDevice(id: string, runcRoot: string, mounts: readonly Mount[]): void {
    const { containers } = this.#options;
    const state = containers.read(id);
    if (state === null || state.runcRoot !== runcRoot || state.overlay === null) return;
    this.#keepDevice(state, this.#deviceOf(id, state, mounts));
  }

  /** On a full disk containers go all the same: it is needed only where whoever takes the mounts away is killed halfway. */
  #keepDevice(state: ContainerState, device: string | null): void {
    if (state.device === device) return;
    try {
      this.#options.containers.write({ ...state, device });
    } catch (error) {
      this.#options.log(`container ${state.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Forgets the container: targets, state, range. Nothing while runc knows it or something of it is mounted. */
  release(id: string, runcRoot: string | null, mounts: readonly Mount[]): void {
    const { ranges, containers, log } = this.#options;
    if (this.isKnown(id, runcRoot) || this.#isAnothers(id, runcRoot)) return;
    const left = mounts.find((mount) => isWithin(mount.mountPoint, containers.directory(id)));
    if (left !== undefined) {
      log(`container ${id}: ${left.mountPoint} is still mounted; its range is kept`);
      throw new Error(`${left.mountPoint} is still mounted`);
    }
    containers.remove(id);
    ranges.release(id);
  }

  #planUnmounts(plan: PlanBuilder, id: string, mounts: readonly Mount[]): void {
    const directory = this.#options.containers.directory(id);
    const below = new Set(mounts.map((mount) => mount.mountPoint).filter((point) => isWithin(point, directory)));
    // Detaching takes what is mounted below along: only the targets themselves need it.
    const targets = [...below].filter((point) => ![...below].some((other) => other !== point && isWithin(point, other)));
    for (const target of targets) plan.unmount(target);
  }
}

/**
 * Whether `directory` is a container's, of overlay2: it goes with the container, and what is mounted on it with it. A build's, which becomes an
 * image's, would leave a mount each, and is frozen at its end instead; of the snapshotter's another mount is made for a commit.
 */
const isKeptLayer = (directory: string): boolean => /\/overlay2\/[0-9a-f]{64}$/.test(directory);

/** The machine's boot. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether the machine was booted since: the numbers of processes are others' now. */
export function isOfAnotherBoot(state: ContainerState): boolean {
  return state.boot !== undefined && state.boot !== bootId();
}

/** Whether the runtime that creates the container is at work, or has not cleaned up yet after it failed to. */
export function isMade(state: ContainerState, runtimeBinary: string): boolean {
  return !isOfAnotherBoot(state) && isRuntime(state.runtimePid, runtimeBinary);
}

/**
 * Mount table of process `pid`. Read as bytes: asked for text, Node 24.21 writes beyond its memory where the first 64 KiB come in parts of less
 * than 8 KiB, and a longer line follows, as of an image with a hundred layers.
 */
export function mountsOf(pid: number | 'self'): Mount[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`).toString('utf8'));
}

/** `controllers=mountpoint` of every cgroup hierarchy mounted whole, as /proc/<pid>/cgroup names controllers. */
function cgroupMounts(mounts: readonly Mount[]): string[] {
  const known = new Set(['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'net_cls', 'net_prio', 'perf_event', 'hugetlb', 'rdma', 'misc']);
  return mounts.filter((mount) => mount.root === '/' && mount.mountPoint.startsWith('/sys/fs/cgroup')).flatMap((mount) => {
    if (mount.type === 'cgroup2') return [`=${mount.mountPoint}`];
    if (mount.type !== 'cgroup') return [];
    const controllers = mount.options.filter((option) => known.has(option) || option.startsWith('name='));
    return [`${controllers.join(',')}=${mount.mountPoint}`];
  });
}
