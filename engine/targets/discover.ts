import { access, realpath } from 'node:fs/promises';
import os from 'node:os';
import { machineSocket, targetId, type TargetRef } from '../../shared/targets/target-id.ts';
import type { DiscoveredTarget } from '../../shared/targets/target.ts';
import { engineStatus } from './embedded/embedded-status.ts';
import { defaultRoot, rootPaths } from '../base/root-paths.ts';
import { respondingSocket, installedVersion, isInstalled } from './docker-desktop/detect.ts';
import { thisHost, type DesktopHost } from './docker-desktop/host.ts';
import { queryEngine } from './docker-engine/target.ts';
import { isSystemInstalled } from './system/target.ts';
import { forgetEngine, recordedRoots, registryDirectory } from '../base/registry.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export interface DiscoverOptions {
  /**
   * Roots given explicitly (an option, the open target, ones used before): if `always`, listed even if
   * nothing exists there yet.
   */
  readonly roots: readonly { readonly root: string; readonly always: boolean }[];
  readonly registry?: string;
  /** Where the machine's own engine listens. */
  readonly machineSocket?: string;
  /** Replaces the machine that Docker Desktop runs on, for tests. */
  readonly desktopHost?: DesktopHost | null;
}

/**
 * Engines found on this machine now, running ones first, each once. Read-only: starts and changes nothing.
 */
export async function discoverTargets(options: DiscoverOptions): Promise<DiscoveredTarget[]> {
  const embedded = await embeddedEngines(options);
  const [machine, desktop] = await Promise.all([
    machineEngine(options.machineSocket ?? machineSocket, embedded),
    dockerDesktop(options.desktopHost === undefined ? thisHost() : options.desktopHost),
  ]);
  const rank = (target: DiscoveredTarget): number => (target.phase === 'ready' ? 0 : 1);
  return [...embedded, ...machine, ...desktop].toSorted((a, b) => rank(a) - rank(b));
}

/**
 * The engine at the usual socket, unless that belongs to a managed engine or Docker Desktop: those are found
 * separately.
 */
async function machineEngine(
  socket: string,
  embedded: readonly DiscoveredTarget[],
): Promise<DiscoveredTarget[]> {
  if (!(await exists(socket))) return [];
  const result = await queryEngine(socket);
  const info = result.phase === 'ready' ? result.info : null;
  const real = await realpath(socket).catch(() => socket);
  const ours = embedded.some(
    (one) =>
      one.ref.kind === 'embedded' &&
      (rootPaths(one.ref.root).clientSocket === real || rootPaths(one.ref.root).data === info?.DockerRootDir),
  );
  if (ours || info?.OperatingSystem === 'Docker Desktop') return [];
  const ref: TargetRef = (await isSystemInstalled()) ? { kind: 'system' } : { kind: 'docker-engine', socket };
  return [
    {
      id: targetId(ref),
      ref,
      name: info?.Name ?? os.hostname(),
      place: socket,
      phase: result.phase,
      version: info?.ServerVersion ?? null,
    },
  ];
}

async function dockerDesktop(host: DesktopHost | null): Promise<DiscoveredTarget[]> {
  if (host === null || !(await isInstalled(host))) return [];
  const [version, socket] = await Promise.all([installedVersion(host), respondingSocket(host)]);
  const ref: TargetRef = { kind: 'docker-desktop' };
  return [
    {
      id: targetId(ref),
      ref,
      name: 'Docker Desktop',
      place: host.locations.settings,
      phase: socket === null ? 'stopped' : 'ready',
      version,
    },
  ];
}

async function embeddedEngines({
  roots,
  registry = registryDirectory,
}: DiscoverOptions): Promise<DiscoveredTarget[]> {
  const recorded = await recordedRoots(registry);
  const always = new Set(roots.filter((one) => one.always).map((one) => rootPaths(one.root).root));
  const candidates = [
    ...new Set([...always, ...roots.map((one) => rootPaths(one.root).root), defaultRoot, ...recorded]),
  ];
  const found = await Promise.all(
    candidates.map(async (root): Promise<DiscoveredTarget | null> => {
      const paths = rootPaths(root);
      const known = (await Promise.all([paths.state, paths.settings].map(exists))).some(Boolean);
      if (!known && recorded.includes(root) && !(await exists(root))) await forgetEngine(root, registry);
      if (!known && !always.has(root)) return null;
      const { phase, name, version } = await engineStatus(paths);
      const ref: TargetRef = { kind: 'embedded', root };
      return { id: targetId(ref), ref, name: name || os.hostname(), place: root, phase, version };
    }),
  );
  return found.filter((target): target is DiscoveredTarget => target !== null);
}

/** EACCES concerns the access rights: the file exists. */
const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    (error: unknown) => systemCode(error) === 'EACCES',
  );
