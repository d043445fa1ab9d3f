import {
  deviceRuleSchema,
  specSchema,
  processSchema,
  type OciNamespace,
  type OciMount,
  type OciSpec,
} from '../base/oci-spec.ts';
import * as z from 'zod';
import type { GrantedDevice } from '../../shared/isolation/sharing-user.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { isolateDevices } from './devices.ts';
import { spareFileSystems } from '../mounts/kernel-settings.ts';
import { boundLayers } from '../mounts/layer-mounts.ts';
import { refuseOtherSpellings } from './spelling.ts';

/**
 * The parts of a container's config.json that isolation changes. Everything else is kept as it is, including
 * numbers: limits such as RLIM_INFINITY (18446744073709551615) don't fit a double, so numbers that would
 * change are kept as source text.
 */

// Available in Node 24, missing in TypeScript's library: JSON.parse with access to the source text.
type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;
const exactJson = JSON as unknown as {
  parse(text: string, reviver: SourceReviver): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Finds every number that may change when it is parsed to a double and written again (in JSON a number
 * follows one of `:,[`, or stands alone). Most configurations have none, and exact parsing takes several
 * times as long.
 */
const mayLoseDigits = /(?:^|[:,[])\s*(?:-?(?:\d{16}|\d+[.eE])|-0)/;

/**
 * Parses JSON without loss of digits: `JSON.stringify` of the result writes the numbers as they were. Throws
 * for invalid JSON.
 */
export function parseExactly(text: string): unknown {
  if (!mayLoseDigits.test(text)) return JSON.parse(text);
  return exactJson.parse(text, (_key, value, { source }) => {
    const isLost = typeof value === 'number' && source !== undefined && String(value) !== source;
    return isLost ? exactJson.rawJSON(source) : value;
  });
}

/**
 * Parses config.json without loss of digits. Throws for invalid JSON, and for what is not an OCI Linux spec.
 */
export function parseSpec(text: string): OciSpec {
  const value = parseExactly(text);
  specSchema.parse(value);
  refuseOtherSpellings(value);
  // Checked above; zod's own result has the keys in another order.
  return value as OciSpec;
}

export function renderSpec(spec: OciSpec): string {
  return JSON.stringify(spec);
}

/**
 * Whether the engine gave the container every device, as for `--privileged` and BuildKit's insecure
 * entitlement.
 */
export function isPrivileged(spec: OciSpec): boolean {
  return (spec.linux.resources?.devices ?? []).some(
    (rule) =>
      rule.allow &&
      (rule.type === undefined || rule.type === '' || rule.type === 'a') &&
      noNumber(rule.major) &&
      noNumber(rule.minor),
  );
}

/** Whether the mount is a bind mount, by type or option. */
export function isBind(mount: OciMount): boolean {
  return (
    mount.type === 'bind' || (mount.options ?? []).some((option) => option === 'bind' || option === 'rbind')
  );
}

/**
 * The path at which runc finds a bind, and the mount flags that a user namespace cannot clear: when runc sets
 * flags, it must include these.
 */
export interface BindSource {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly lockedFlags: readonly string[];
}

/** Program and arguments. */
export interface Hook {
  readonly path: string;
  readonly args: readonly string[];
}

/** What the isolated spec is made with. */
export interface IsolationFacts {
  /** First host id of the container's range. */
  readonly base: number;
  readonly rangeSize: number;
  /** User namespace of the container whose namespaces are joined; null: a new one. */
  readonly joinedUserNamespace: string | null;
  /** Where the shifted root file system will be mounted. */
  readonly rootPath: string;
  /** New sources of binds, by index in `mounts`. */
  readonly bindSources: ReadonlyMap<number, BindSource>;
  /** Overlays that were mounted for the container, by index in `mounts`. */
  readonly layerSources: ReadonlyMap<number, string>;
  /**
   * Files to bind for harmless devices, by the machine's names; where one is missing, the machine's file is
   * bound.
   */
  readonly deviceSources: ReadonlyMap<string, string>;
  /** Devices of the machine that the settings grant to the container. */
  readonly grantedDevices: readonly GrantedDevice[];
  /** Mounts added by Bulkhead (proc-files.ts). */
  readonly moreMounts: readonly OciMount[];
  /** Whether the machine has cgroup v2 only: every container gets its own cgroup namespace there. */
  readonly unifiedCgroups: boolean;
  /** The hook that prevents the start of a container that is not isolated. */
  readonly checkHook: Hook;
  /** The hook that gives the container's root its own cgroups. */
  readonly cgroupHook: Hook;
  /** The hook that gives the container kernel settings of its own; null: it sees the machine's. */
  readonly kernelSettingsHook: Hook | null;
}

/**
 * The devices of every container, by the engine's default rules: /dev/null, zero, full, random, urandom, tty,
 * console, ptmx, pts.
 */
const defaultDeviceRules: z.infer<typeof deviceRuleSchema>[] = [
  { allow: false, access: 'rwm' },
  ...(
    [
      [1, 3],
      [1, 5],
      [1, 7],
      [1, 8],
      [1, 9],
      [5, 0],
      [5, 1],
      [5, 2],
    ] as const
  ).map(([major, minor]) => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  { allow: true, type: 'c', major: 136, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
];

/** The isolated spec (A2, A4, A5, A9). Pure. Namespaces must have been checked before (namespaces.ts). */
export function isolateSpec(spec: OciSpec, facts: IsolationFacts): OciSpec {
  const privileged = isPrivileged(spec);
  const { linux } = spec;
  const devices = isolateDevices(linux.devices ?? [], privileged, facts.deviceSources, facts.grantedDevices);
  const moreMounts = [...facts.moreMounts, ...devices.mounts];
  const map = [{ containerID: 0, hostID: facts.base, size: facts.rangeSize }];
  const namespaces: OciNamespace[] = [
    ...linux.namespaces,
    facts.joinedUserNamespace === null ? { type: 'user' } : { type: 'user', path: facts.joinedUserNamespace },
  ];
  const hasCgroupNamespace = namespaces.some((namespace) => namespace.type === 'cgroup');
  const ownCgroups = privileged || hasCgroupNamespace || facts.unifiedCgroups;
  if (ownCgroups && !hasCgroupNamespace) namespaces.push({ type: 'cgroup' });

  const hooks = spec.hooks ?? {};
  // hooks of others, not inspected
  const created = Array.isArray(hooks['createRuntime']) ? (hooks['createRuntime'] as unknown[]) : [];
  const createRuntime = [
    withDomain(facts.checkHook, linux.sysctl?.[domain]),
    ...created,
    ...(ownCgroups ? [facts.cgroupHook] : []),
    ...(facts.kernelSettingsHook === null ? [] : [facts.kernelSettingsHook]),
  ];
  return {
    ...spec,
    ...(linux.sysctl?.[domain] === undefined ? {} : { domainname: linux.sysctl[domain] }),
    root: { ...spec.root, path: facts.rootPath },
    ...(spec.mounts || moreMounts.length > 0
      ? {
          mounts: [
            ...(spec.mounts ?? []).flatMap((mount, i) => [
              ...sparesBefore(mount, spec, facts),
              mountedFor(mount, i, facts),
            ]),
            ...moreMounts,
          ],
        }
      : {}),
    hooks: { ...hooks, createRuntime },
    linux: {
      ...linux,
      namespaces,
      // Also for a joined user namespace: runc takes the host id of the container's root from this map.
      uidMappings: map,
      gidMappings: map,
      ...(linux.sysctl ? { sysctl: sysctlsOf(linux.sysctl) } : {}),
      ...(linux.devices ? { devices: devices.devices } : {}),
      // A container with granted devices may open these, with no more access than granted.
      ...(privileged || facts.grantedDevices.length > 0
        ? {
            resources: {
              ...linux.resources,
              devices: [...defaultDeviceRules, ...devices.opened.map((one) => ({ allow: true, ...one }))],
            },
          }
        : {}),
    },
  };
}

/**
 * Further mounts of sysfs and /proc for a container with CAP_SYS_ADMIN, mounted at /dev before its tmpfs,
 * which hides them. `ip netns exec` unmounts /sys and then mounts sysfs again, which the kernel allows in a
 * user namespace only if another sysfs is mounted; it does not allow a second one on /sys itself. /proc is
 * needed likewise where files are mounted over kernel settings. Neither is `ro`: runc mounts everything at or
 * below /dev writable, and at the end remounts what is then at the path of a `ro` mount: the container's
 * tmpfs.
 */
function sparesBefore(mount: OciMount, spec: OciSpec, facts: IsolationFacts): readonly OciMount[] {
  if (mount.type !== 'tmpfs' || mount.destination !== '/dev' || !mayMount(spec)) return [];
  return facts.kernelSettingsHook === null
    ? [{ destination: '/dev', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'nodev', 'noexec'] }]
    : spareFileSystems;
}

function mayMount(spec: OciSpec): boolean {
  const process = processSchema.safeParse(spec['process']);
  return process.success && process.data.capabilities.bounding.includes('CAP_SYS_ADMIN');
}

const domain = 'kernel.domainname';
const ping = 'net.ipv4.ping_group_range';
const largestId = rangeSize - 1;

/**
 * The hook also sets the domain name, which runc does from 1.2 on only. Invalid names are omitted there.
 */
const withDomain = (hook: Hook, name: string | undefined): Hook =>
  name !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(name) ? { ...hook, args: [...hook.args, name] } : hook;

/** What a container in a user namespace may set. */
function sysctlsOf(sysctls: Readonly<Record<string, string>>): Record<string, string> {
  const { [domain]: _, ...others } = sysctls;
  // Only the machine's root may write the file of the domain name. The spec has a field for it since 1.1, and
  // the hook sets it where runc does not. The engine's ping range reaches beyond the ids that
  // exist in the container, which the kernel refuses.
  return others[ping] === undefined ? others : { ...others, [ping]: withinIds(others[ping]) };
}

/** A range of group ids, cut to the existing ones; a text that is not a range is left for runc to refuse. */
function withinIds(range: string): string {
  const [first, last] = /^\s*(\d+)\s+(\d+)\s*$/.exec(range)?.slice(1).map(Number) ?? [];
  return first === undefined || last === undefined
    ? range
    : `${Math.min(first, largestId)} ${Math.min(last, largestId)}`;
}

function mountedFor(mount: OciMount, index: number, facts: IsolationFacts): OciMount {
  const layers = facts.layerSources.get(index);
  if (layers !== undefined) return boundLayers(mount, layers);
  const bind = facts.bindSources.get(index);
  if (bind === undefined) return mount;
  const options = mount.options ?? [];
  return {
    ...mount,
    source: bind.path,
    options: [...options, ...bind.lockedFlags.filter((flag) => !options.includes(flag))],
  };
}

function noNumber(value: number | null | undefined): boolean {
  return value === undefined || value === null || value === -1;
}
