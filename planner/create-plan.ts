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
import type { GrantedDevice } from '../shared/isolation/sharing-user.ts';
import { mountOf, type Mount } from '../engine/base/mountinfo.ts';
import { isGuardOfOurs, planBinds } from './binds.ts';
import { isolateSpec, isPrivileged, parseSpec, renderSpec, type Hook } from './config/bundle.ts';
import type { OciSpec } from './base/oci-spec.ts';
import { cgroupsOf, checkCgroupPath, hasProcesses } from './config/cgroup-path.ts';
import type { ContainerState } from './containers.ts';
import { grantedFiles, ownFileNames } from './config/devices.ts';
import { refuseOpenPoints } from './engine-points.ts';
import { emptyKernelFileSystems } from './mounts/kernel-file-systems.ts';
import { canEmulateKernelSettings } from './mounts/kernel-settings.ts';
import { planLayerMounts } from './mounts/layer-mounts.ts';
import { bootId } from './live-state.ts';
import { cgroupHierarchies, cgroupMounts } from './mounts/mount-table.ts';
import { checkNamespaces, refuseOthersRange } from './config/namespaces.ts';
import { refuse } from './base/refuse.ts';
import { layersAt, layersOf, planShifted, siblings } from './mounts/overlay.ts';
import type { NamespaceNumber, PlanBuilder, TreeNumber } from './base/plan.ts';
import { planProcFiles } from './mounts/proc-files.ts';
import { refuseMissingIds } from './config/process-ids.ts';
import { isRootReadOnlyFromStart, mountPointsOnRoot } from './config/read-only-root.ts';
import { diskMap, upperMap } from './ranges/disk-maps.ts';
import { rangeSize } from '../shared/isolation/range-size.ts';
import type { Reach } from './shares/reach.ts';
import { isContainerId, type PlannerRequest } from './base/request.ts';
import type { ServiceOptions } from './service-options.ts';
import { engineRoots, rangeOwnerOf, sharesOf, startDecisionsOf } from './shares/shares.ts';
import { isStep, takeToken } from './step-processes.ts';

/** Name of the container's root file system in the private directory. */
export const rootName = 'root';

/** The inputs of planning one create. */
export interface CreateInput {
  readonly request: PlannerRequest;
  /** The mounts that the runtime sees. */
  readonly mounts: readonly Mount[];
  /** Where the emulated files of /proc are served; null: nowhere. */
  readonly procFiles: string | null;
  /** The directories that the sharing user can access (share-checks.ts). */
  readonly reach: Reach;
}

/**
 * Plans a create and edits its config.json, in the order of the steps below: later steps need the range that
 * the first one claims. Throws IsolationRefused with a message for the client that started the container.
 */
export function planCreate(plan: PlanBuilder, options: ServiceOptions, input: CreateInput): void {
  const { containers, parts, sharing, runtimeBinary, privateDirectory } = options;
  const { request, mounts, procFiles, reach } = input;
  const { id, runcRoot, bundle } = request;
  const configFile = path.join(bundle, 'config.json');
  const { spec, build } = readSpec(configFile, request);
  checkCgroupPath(spec.linux.cgroupsPath, {
    id,
    engine: cgroupsOf(readFileSync(`/proc/${request.pid}/cgroup`, 'utf8')),
    isContainer: (name) => name !== id && isContainerId(name) && containers.read(name) !== null,
    hasProcesses: (cgroup) => hasProcesses(cgroup, cgroupHierarchies(mounts)),
  });
  refuseMissingIds(spec);
  const joined = checkNamespaces(spec, request.pid);
  const base = claimRange(options, id, joined);
  plan.range(base);
  const sealed = options.sealedRunc();
  if (sealed !== null) plan.sealedRunc(sealed);
  const namespace = plan.userNamespace(diskMap(base));
  plan.privateDirectory(privateDirectory);
  // Before runc enters a container (`exec`), it changes to a directory whose path the container's root
  // controls. Use an empty directory instead.
  mkdirSync(path.join(privateDirectory, rootName), { recursive: true, mode: 0o700 });

  const root = realpathSync.native(path.resolve(bundle, spec.root.path));
  const isReadOnly = isRootReadOnlyFromStart(spec) && !isStep(request);
  const planned = planRoot(plan, { root, mounts, parts, namespace, base, isReadOnly });
  const { rootPath, overlay, enginePoints } = planned;
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
    deviceNodes: options.deviceNodes,
  });
  const layerSources = planLayerMounts(spec, plan, { mounts, namespace, base, engineRoots: places });
  const { devices: granted, kernelSettings } =
    id === '' ? { devices: [], kernelSettings: false } : startDecisionsOf(id, sharing);
  const deviceSources = planDevices(plan, options, { spec, namespace, granted });
  const moreMounts = [
    ...(procFiles === null ? [] : planProcFiles(spec, plan, procFiles)),
    ...emptyKernelFileSystems(spec, existsSync),
  ];
  const edited = isolateSpec(spec, {
    base,
    rangeSize,
    rootPath,
    bindSources,
    layerSources,
    deviceSources,
    grantedDevices: granted,
    moreMounts,
    joinedUserNamespace: joined?.userNamespace ?? null,
    unifiedCgroups: !mounts.some((mount) => mount.type === 'cgroup'),
    checkHook: hookOf(runtimeBinary, '--bulkhead-check-container', String(base)),
    cgroupHook: hookOf(runtimeBinary, '--bulkhead-chown-cgroup', String(base), id, ...cgroupMounts(mounts)),
    kernelSettingsHook:
      kernelSettings && canEmulateKernelSettings(spec)
        ? hookOf(runtimeBinary, '--bulkhead-emulate-kernel-settings', String(base), rootPath)
        : null,
  });
  if (planned.writable !== null)
    for (const { relative, kind } of mountPointsOnRoot(edited, { bindSources, layerSources }))
      plan.mountPoint(planned.writable, relative, kind);
  containers.write({
    id,
    runcRoot,
    base,
    runtimePid: request.pid,
    boot: bootId(),
    overlay,
    enginePoints,
    device: null,
    shares: shares.maps(),
    ...(build === null ? {} : { build }),
  });
  replaceConfig(configFile, renderSpec(withAbsoluteCgroup(edited)));
}

const hookOf = (runtimeBinary: string, ...args: string[]): Hook => ({
  path: runtimeBinary,
  args: ['bulkhead-runc', ...args],
});

/** The container's specification as the engine wrote it, without the build token if it is a build step. */
function readSpec(
  configFile: string,
  request: PlannerRequest,
): { readonly spec: OciSpec; readonly build: string | null } {
  const given = parseSpec(readFileSync(configFile, 'utf8'));
  const { process, build } = isStep(request) ? takeToken(given['process']) : { process: null, build: null };
  return { spec: build === null ? given : { ...given, process }, build };
}

/** The container's own range, or that of the container whose namespaces it joins (A3). */
function claimRange(
  { ranges, sharing }: ServiceOptions,
  id: string,
  joined: ReturnType<typeof checkNamespaces>,
): number {
  const owner = rangeOwnerOf(id, sharing);
  if (joined === null) return ranges.claim(id, owner);
  refuseOthersRange(ranges.ownerOf(joined.base), owner);
  ranges.addHolder(joined.base, id);
  return joined.base;
}

interface RootInput {
  readonly root: string;
  readonly mounts: readonly Mount[];
  readonly parts: ServiceOptions['parts'];
  readonly namespace: NamespaceNumber;
  readonly base: number;
  /** Whether the container must not be able to make it writable again. */
  readonly isReadOnly: boolean;
}
type PlannedRoot = Pick<ContainerState, 'overlay' | 'enginePoints'> & {
  readonly rootPath: string;
  /** Where mount points have to be created, because runc gets a read-only copy; null: runc creates them. */
  readonly writable: TreeNumber | null;
};

/** Plans the root file system with the ids of the range. */
function planRoot(plan: PlanBuilder, input: RootInput): PlannedRoot {
  const rootMount = input.mounts.findLast((mount) => mount.mountPoint === input.root);
  return rootMount?.type === 'overlay'
    ? planOverlayRoot(plan, rootMount, input)
    : planDirectoryRoot(plan, input);
}

function planOverlayRoot(plan: PlanBuilder, rootMount: Mount, input: RootInput): PlannedRoot {
  const { mounts, namespace, base } = input;
  const overlay = layersOf(rootMount, mounts);
  const points = siblings(rootMount, mounts);
  const partial = points.find((point) => point.root !== '/');
  if (partial !== undefined)
    refuse('planner-refusals.layers-mounted-in-part', { directory: partial.mountPoint });
  // A second overlay over the same upper layer is undefined: unmount the engine's first.
  if (overlay.upper !== null) for (const point of points) plan.unmount(point.mountPoint);
  // A commit makes the engine read there, as root and by path, while the container (or a process that got a
  // descriptor from it) may create links.
  if (overlay.upper !== null && isKeptLayer(overlay.upper.parent)) plan.guard(overlay.upper.parent);
  const upperNamespace = overlay.upper === null ? namespace : plan.userNamespace(upperMap(base));
  const tree = planShifted(plan, overlay, { namespace, upperNamespace, base, readOnly: false, mounts });
  if (overlay.upper === null)
    return { rootPath: plan.place(tree, rootName), writable: null, overlay: null, enginePoints: [] };
  const enginePoints = points.map((point) => point.mountPoint);
  refuseOpenPoints(enginePoints);
  // The engine uses this mount for cp, export and diff while the container runs.
  for (const point of enginePoints) plan.attach(plan.clone(tree), point, true);
  return { ...placeRoot(plan, tree, input), overlay, enginePoints };
}

function planDirectoryRoot(plan: PlanBuilder, input: RootInput): PlannedRoot {
  const { root, mounts, parts, namespace } = input;
  const on = mountOf(root, mounts);
  const layers = on === null ? [] : layersAt(root, on, mounts, engineRoots(root, parts));
  for (const layer of layers) plan.guard(layer);
  const setId = layers.some((layer) => isGuardOfOurs(layer, mounts));
  const tree = plan.tree(root, { namespace, links: layers.length > 0, setId, noDevices: 'top' });
  return { ...placeRoot(plan, tree, input), overlay: null, enginePoints: [root] };
}

/**
 * Places the root file system for runc. A read-only one is so before the container's mount namespace is made,
 * and cannot be made writable in there, because it belongs to another user namespace: the flag that runc sets
 * can be cleared with CAP_SYS_ADMIN.
 */
function placeRoot(
  plan: PlanBuilder,
  tree: TreeNumber,
  { isReadOnly }: RootInput,
): Pick<PlannedRoot, 'rootPath' | 'writable'> {
  return isReadOnly
    ? { rootPath: plan.place(plan.below(tree, '.', true), rootName), writable: tree }
    : { rootPath: plan.place(tree, rootName), writable: null };
}

/**
 * Whether `directory` belongs to a container of overlay2: it is removed with the container, and mounts on it
 * with it. A build's directory becomes an image's, so a mount would remain for each; it is frozen at its end
 * instead. For a commit, the snapshotter makes another mount.
 */
const isKeptLayer = (directory: string): boolean => /\/overlay2\/[0-9a-f]{64}$/.test(directory);

interface DeviceInput {
  readonly spec: OciSpec;
  readonly namespace: NamespaceNumber;
  readonly granted: readonly GrantedDevice[];
}

/** Adds our own device files; returns, by name, those that replace the machine's in the container. */
function planDevices(
  plan: PlanBuilder,
  { deviceNodes }: ServiceOptions,
  { spec, namespace, granted }: DeviceInput,
): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const given = spec.linux.devices ?? [];
  // Read-only: all containers share its mode and owner. The device can be opened for writing all the same.
  const place = (node: string) => plan.place(plan.tree(node, { namespace, readOnly: 'top' }));
  for (const name of ownFileNames(given, isPrivileged(spec))) {
    const node = deviceNodes.harmless(name);
    if (node !== null) sources.set(name, place(node));
  }
  for (const file of grantedFiles(given, granted)) sources.set(file.name, place(deviceNodes.granted(file)));
  return sources;
}

/**
 * runc resolves a relative path from its own cgroup, where no more devices may be opened than the engine may
 * open (device-confinement.ts).
 */
function withAbsoluteCgroup(spec: OciSpec): OciSpec {
  const cgroup = spec.linux.cgroupsPath;
  return cgroup === undefined || !cgroup.includes('/') || cgroup.startsWith('/')
    ? spec
    : { ...spec, linux: { ...spec.linux, cgroupsPath: `/${cgroup}` } };
}

/** Replaces config.json atomically and keeps its mode. */
function replaceConfig(configFile: string, text: string): void {
  const temporary = `${configFile}.bulkhead`;
  writeFileSync(temporary, text, { mode: statSync(configFile).mode & 0o777 });
  renameSync(temporary, configFile);
}
