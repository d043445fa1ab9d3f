import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { overlap, parseIpRange } from '../shared/policy/ip-range.ts';
import { usualLimits } from '../shared/process/time-limits.ts';
import { getOverSocket } from '../engine/base/get-over-socket.ts';
import { slowness } from '../engine/base/machine-speed.ts';
import { cutLine } from '../shared/process/bounded-lines.ts';
import type { EngineSubnet } from '../engine/targets/embedded/engine-bridges.ts';
import { confinementText, type DeviceConfinement } from './device-confinement.ts';

const run = promisify(execFile);

/** What a private dockerd needs to run beside others on one machine. Paths are absolute. */
export interface DockerdSettings {
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly socket: string;
  readonly configFile: string;
  readonly logFile: string;
  /** Bridge interface name, at most 15 characters. */
  readonly bridge: string;
  /**
   * Second octet of this engine's private 10.x.y.0/24 bridge subnet and of its address pool for other
   * networks.
   */
  readonly subnet: EngineSubnet;
  /** Whether other networks get their addresses from the subnet (default), or from dockerd's own pools. */
  readonly hasAddressPool?: boolean;
  /** Variables in addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The whole environment, in place of this process's own and `env`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Socket of the containerd that it uses; else one of its own, or the machine's if that runs. */
  readonly containerd?: string;
  /** The cgroup in which dockerd and its children can open no devices of the machine. */
  readonly confinement?: DeviceConfinement;
}

export interface DockerdProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves with exit code or signal name when dockerd ends. */
  readonly exited: Promise<number | string>;
}

/**
 * Creates the bridge if it does not exist. Needs root. An engine never shares a bridge, and never runs
 * without one: then dockerd would delete docker0 of another engine.
 */
export async function ensureBridge(name: string, subnet: EngineSubnet): Promise<void> {
  const address = `10.${subnet.octet}.0.1/24`;
  try {
    await run('ip', ['link', 'show', 'dev', name]);
  } catch {
    await run('ip', ['link', 'add', 'name', name, 'type', 'bridge']);
  }
  await run('ip', ['address', 'replace', address, 'dev', name]);
  await run('ip', ['link', 'set', 'dev', name, 'up']);
}

/**
 * A /16 between 10.90.0.0 and 10.239.0.0 that does not overlap with an address or route of this machine,
 * searched from `seed` on; if a route covers all of them, one that does not overlap with a smaller range.
 * Throws when all candidates are in use.
 */
export async function freeSubnet(seed: number): Promise<EngineSubnet> {
  const [addresses, routes] = await Promise.all([
    run('ip', ['-4', '-o', 'address', 'show']),
    run('ip', ['-4', 'route', 'show']),
  ]);
  const octet = freeOctet(addresses.stdout + routes.stdout, seed);
  if (octet === null) throw new Error('no free 10.x.0.0/16 network is left for an engine of its own');
  return { octet };
}

/**
 * The second octet of the first candidate from `seed` on that is free. `used`: text with addresses and
 * ranges, as printed by `ip address` and `ip route`; a default route contains none. Pure.
 */
export function freeOctet(used: string, seed: number): number | null {
  const ranges = [...used.matchAll(/\b\d+\.\d+\.\d+\.\d+(?:\/\d+)?/g)]
    .map(([text]) => parseIpRange(text))
    .filter((range) => range !== null);
  const candidates = Array.from({ length: 150 }, (_, i) => 90 + ((seed + i) % 150));
  const isFree = (taken: typeof ranges) => (octet: number) => {
    const candidate = parseIpRange(`10.${octet}.0.0/16`);
    return candidate !== null && !taken.some((range) => overlap(range, candidate));
  };
  const smaller = ranges.filter(({ prefix }) => prefix > 15);
  return candidates.find(isFree(ranges)) ?? candidates.find(isFree(smaller)) ?? null;
}

/** Spawns dockerd, its output appended to `logFile`. Does not wait for readiness: see `waitForEngine`. */
export function spawnDockerd(settings: DockerdSettings): DockerdProcess {
  mkdirSync(settings.dataRoot, { recursive: true, mode: 0o710 });
  mkdirSync(settings.execRoot, { recursive: true, mode: 0o711 });
  mkdirSync(path.dirname(settings.logFile), { recursive: true });
  const log = openSync(settings.logFile, 'a', 0o640);
  const [program = 'dockerd', ...before] = [...confinementText(settings.confinement), 'dockerd'];
  const child = spawn(
    program,
    [
      ...before,
      '--data-root',
      settings.dataRoot,
      '--exec-root',
      settings.execRoot,
      '--host',
      `unix://${settings.socket}`,
      '--pidfile',
      path.join(settings.execRoot, 'dockerd.pid'),
      '--config-file',
      settings.configFile,
      '--bridge',
      settings.bridge,
      ...(settings.hasAddressPool === false
        ? []
        : ['--default-address-pool', `base=10.${settings.subnet.octet}.128.0/17,size=24`]),
      '--group',
      'root',
      ...(settings.containerd === undefined ? [] : ['--containerd', settings.containerd]),
    ],
    {
      stdio: ['ignore', log, log],
      detached: true,
      env: settings.environment ?? { ...process.env, ...settings.env },
    },
  );
  closeSync(log);
  const exited = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? signal ?? 'unknown');
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
  return { pid: child.pid ?? -1, child, exited };
}

/**
 * Resolves when the engine responds to `/_ping`. Rejects as soon as dockerd has ended, or after `timeoutMs`,
 * with the last error-level lines of its log in the message.
 */
export async function waitForEngine(
  dockerd: DockerdProcess,
  settings: Pick<DockerdSettings, 'socket' | 'logFile'>,
  timeoutMs: number = usualLimits.engineReady,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended: number | string | undefined;
  void dockerd.exited.then((how) => {
    ended = how;
  });
  for (;;) {
    const response = await getOverSocket(
      settings.socket,
      '/_ping',
      usualLimits.startingEnginePing,
      slowness,
    ).catch(() => null);
    if (response?.status === 200) return;
    if (ended !== undefined)
      throw new Error(`dockerd ended (${ended}): ${await lastLogLines(settings.logFile, 3)}`);
    if (Date.now() > deadline)
      throw new Error(`dockerd did not respond on ${settings.socket} within ${timeoutMs / 1000} s`);
    // dockerd reports its readiness only to systemd's notify socket; otherwise its API is the only
    // indication.
    await Promise.race([new Promise((r) => setTimeout(r, 40)), dockerd.exited]);
  }
}

/**
 * Engines that start concurrently change the same firewall chains, and one may find a chain of another one
 * incomplete: the start is repeated.
 */
const firewallAttempts = 4;

export interface StartOptions {
  readonly timeoutMs?: number;
  /** Called for each spawned dockerd, before it is ready. */
  readonly onSpawned?: (dockerd: DockerdProcess) => void;
  /** Whether to give up instead of trying again. */
  readonly cancelled?: () => boolean;
}

/**
 * Spawns dockerd and resolves when it responds; rejects like `waitForEngine`. A start that lost the race for
 * the machine's firewall chains is repeated.
 */
export async function startDockerd(
  settings: DockerdSettings,
  options: StartOptions = {},
): Promise<DockerdProcess> {
  for (let attempt = 1; ; attempt++) {
    const dockerd = spawnDockerd(settings);
    options.onSpawned?.(dockerd);
    try {
      await waitForEngine(dockerd, settings, options.timeoutMs);
      return dockerd;
    } catch (error) {
      const lostRace = dockerd.child.exitCode !== null && /DOCKER-ISOLATION|iptables/.test(String(error));
      if (!lostRace || attempt >= firewallAttempts || options.cancelled?.() === true) throw error;
      // At another interval than the other engine.
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt + Math.random() * 500));
    }
  }
}

/** Last lines of a log file, joined; '' if there is none. */
export async function lastLogLines(file: string, lines: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => cutLine(line))
    .join(' | ');
}
