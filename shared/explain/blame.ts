import type { OptionUse } from './docker-options.ts';
import type { CommandLine } from './command-line.ts';
import { isRuleCode, rules, type Rule } from '../rules/index.ts';
import type { Finding, RequestPart } from './schema.ts';

/**
 * Which options of `docker run` set which fields of a create request; several if one option can set either.
 */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  volume: ['HostConfig.Binds', 'Volumes'],
  mount: ['HostConfig.Mounts', 'HostConfig.Binds'],
  tmpfs: ['HostConfig.Tmpfs'],
  'volumes-from': ['HostConfig.VolumesFrom'],
  'volume-driver': ['HostConfig.VolumeDriver'],
  'read-only': ['HostConfig.ReadonlyRootfs'],
  privileged: ['HostConfig.Privileged'],
  pid: ['HostConfig.PidMode'],
  ipc: ['HostConfig.IpcMode'],
  uts: ['HostConfig.UTSMode'],
  userns: ['HostConfig.UsernsMode'],
  cgroupns: ['HostConfig.CgroupnsMode'],
  network: ['HostConfig.NetworkMode', 'NetworkingConfig', 'NetworkDisabled'],
  'network-alias': ['NetworkingConfig'],
  ip: ['NetworkingConfig'],
  ip6: ['NetworkingConfig'],
  'link-local-ip': ['NetworkingConfig'],
  'mac-address': ['MacAddress', 'NetworkingConfig'],
  'cap-add': ['HostConfig.CapAdd'],
  'cap-drop': ['HostConfig.CapDrop'],
  device: ['HostConfig.Devices', 'HostConfig.DeviceRequests'],
  gpus: ['HostConfig.DeviceRequests'],
  'device-cgroup-rule': ['HostConfig.DeviceCgroupRules'],
  'security-opt': ['HostConfig.SecurityOpt', 'HostConfig.MaskedPaths', 'HostConfig.ReadonlyPaths'],
  'cgroup-parent': ['HostConfig.CgroupParent'],
  annotation: ['HostConfig.Annotations'],
  'log-driver': ['HostConfig.LogConfig'],
  'log-opt': ['HostConfig.LogConfig'],
  env: ['Env'],
  'env-file': ['Env'],
  runtime: ['HostConfig.Runtime'],
  label: ['Labels'],
  'label-file': ['Labels'],
  sysctl: ['HostConfig.Sysctls'],
  ulimit: ['HostConfig.Ulimits'],
  link: ['HostConfig.Links', 'NetworkingConfig'],
  isolation: ['HostConfig.Isolation'],
  'storage-opt': ['HostConfig.StorageOpt'],
  publish: ['HostConfig.PortBindings', 'ExposedPorts'],
  'publish-all': ['HostConfig.PublishAllPorts'],
  expose: ['ExposedPorts'],
  restart: ['HostConfig.RestartPolicy'],
  init: ['HostConfig.Init'],
  'group-add': ['HostConfig.GroupAdd'],
  user: ['User'],
  workdir: ['WorkingDir'],
  hostname: ['Hostname'],
  domainname: ['Domainname'],
  entrypoint: ['Entrypoint'],
  'device-read-bps': ['HostConfig.BlkioDeviceReadBps'],
  'device-write-bps': ['HostConfig.BlkioDeviceWriteBps'],
  'device-read-iops': ['HostConfig.BlkioDeviceReadIOps'],
  'device-write-iops': ['HostConfig.BlkioDeviceWriteIOps'],
  'blkio-weight-device': ['HostConfig.BlkioWeightDevice'],
  memory: ['HostConfig.Memory'],
  cpus: ['HostConfig.NanoCpus'],
  'shm-size': ['HostConfig.ShmSize'],
  'pids-limit': ['HostConfig.PidsLimit'],
  dns: ['HostConfig.Dns'],
  'add-host': ['HostConfig.ExtraHosts'],
};

/** The options of `docker run` that set a field of a create request. */
export const optionsWriting = (field: string): readonly string[] =>
  Object.keys(fieldsOf).filter((name) => fieldsOf[name]?.includes(field) === true);

/** Options of `docker build` as named in refusals, if the rule alone does not determine the option. */
const namedBuildOptions = ['network', 'security-opt', 'isolation', 'output', 'cgroup-parent'] as const;

/** The options that a finding is about; none if it is about something that is not on the command line. */
export function blamedOptions(
  line: Pick<CommandLine, 'kind' | 'options'>,
  finding: Pick<Finding, 'rule' | 'what' | 'message' | 'part'>,
): readonly OptionUse[] {
  if (line.kind === 'build') {
    const { part } = finding;
    if (part?.field === 'allow')
      return line.options.filter(
        (option) => option.name === 'allow' && (option.value ?? '').split(',').includes(part.value),
      );
    const name = buildOptionOf(finding);
    const named = line.options.filter((option) => option.name === name);
    return named.length > 1 ? bestOf(named, finding.what) : named;
  }
  return finding.part === undefined
    ? line.options.filter((option) => option.name === 'name' && finding.what.includes(option.value ?? '\0'))
    : optionsOf(line, finding.part);
}

/** The option of `docker build` that a finding is about, by its rule or by its subject. */
function buildOptionOf({ rule, what }: Pick<Finding, 'rule' | 'what'>): string | undefined {
  const known: Rule | null = isRuleCode(rule) ? rules[rule] : null;
  return known?.buildOption ?? namedBuildOptions.find((name) => what.includes(`--${name}`));
}

/** The options that request one part of a create request. */
export function optionsOf(
  line: Pick<CommandLine, 'options'>,
  { field, value }: RequestPart,
): readonly OptionUse[] {
  const candidates = line.options.filter((option) => fieldsOf[option.name]?.includes(field) === true);
  return candidates.length > 1 ? bestOf(candidates, value) : candidates;
}

/**
 * Of several options of a kind, those whose value is contained in the part: exactly, else the most similar (a
 * source is made absolute, a mount becomes an object).
 */
function bestOf(options: readonly OptionUse[], value: string): readonly OptionUse[] {
  const scored = options.map((option) => ({ option, score: similarity(option.value ?? '', value) }));
  const best = Math.max(...scored.map(({ score }) => score));
  const found = best === 0 ? scored : scored.filter(({ score }) => score === best);
  return found.map(({ option }) => option);
}

/** How much of `value` a request for these parts, in their order, matches; 0: nothing. */
export const likeness = (parts: readonly string[], value: string): number =>
  similarity(parts.join(':'), value);

function similarity(requested: string, value: string): number {
  if (requested === value || value.startsWith(`${requested}=`) || value === requested.replace(/=.*$/s, ''))
    return 1000;
  // A bind whose source was relative has the same end.
  const colon = requested.indexOf(':');
  if (
    colon > 0 &&
    value.endsWith(requested.slice(colon)) &&
    value.includes(requested.slice(0, colon).replace(/^\.?\/?/, ''))
  )
    return 500;
  return requested
    .split(/[,:=]/)
    .filter((piece) => piece !== '' && value.includes(piece))
    .join('').length;
}
