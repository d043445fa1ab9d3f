import {
  ignoredInCommit,
  ignoredInConnect,
  ignoredInCreate,
  ignoredInDisconnect,
  ignoredInExecCreate,
  ignoredInExecStart,
  ignoredInHostConfig,
  ignoredInNetwork,
  ignoredInUpdate,
  ignoredInVolume,
} from './ignored-fields.ts';
import type { Shape } from './shape.ts';

/**
 * Bodies of the endpoints that create or change things, for the Engine API 1.24 to 1.56, compared with the
 * published descriptions by a test. A field that is missing here is refused under ECI: a new one is added
 * together with the decision about it.
 */

const text: Shape = 'string';
const texts: Shape = { list: 'string' };
const textMap: Shape = { map: 'string' };
const emptyObjects: Shape = { map: { fields: {} } };
const throttle: Shape = { list: { fields: { Path: text, Rate: 'integer' } } };

const resources: Readonly<Record<string, Shape>> = {
  CpuShares: 'integer',
  Memory: 'integer',
  CgroupParent: text,
  BlkioWeight: 'integer',
  BlkioWeightDevice: { list: { fields: { Path: text, Weight: 'integer' } } },
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: 'integer',
  CpuQuota: 'integer',
  CpuRealtimePeriod: 'integer',
  CpuRealtimeRuntime: 'integer',
  CpusetCpus: text,
  CpusetMems: text,
  Devices: { list: { fields: { PathOnHost: text, PathInContainer: text, CgroupPermissions: text } } },
  DeviceCgroupRules: texts,
  DeviceRequests: {
    list: {
      fields: {
        Driver: text,
        Count: 'integer',
        DeviceIDs: texts,
        Capabilities: { list: texts },
        Options: textMap,
      },
    },
  },
  DiskQuota: 'integer',
  KernelMemory: 'integer',
  KernelMemoryTCP: 'integer',
  MemoryReservation: 'integer',
  MemorySwap: 'integer',
  MemorySwappiness: 'integer',
  NanoCpus: 'integer',
  OomKillDisable: 'boolean',
  PidsLimit: 'integer',
  Init: 'boolean',
  Ulimits: { list: { fields: { Name: text, Soft: 'integer', Hard: 'integer' } } },
  CpuCount: 'integer',
  CpuPercent: 'integer',
  IOMaximumIOps: 'integer',
  IOMaximumBandwidth: 'integer',
};
const restartPolicy: Shape = { fields: { Name: text, MaximumRetryCount: 'integer' } };

const mount: Shape = {
  fields: {
    Type: text,
    Source: text,
    Target: text,
    ReadOnly: 'boolean',
    Consistency: text,
    BindOptions: {
      fields: {
        Propagation: text,
        NonRecursive: 'boolean',
        CreateMountpoint: 'boolean',
        ReadOnlyNonRecursive: 'boolean',
        ReadOnlyForceRecursive: 'boolean',
      },
    },
    VolumeOptions: {
      fields: {
        NoCopy: 'boolean',
        Labels: textMap,
        Subpath: text,
        DriverConfig: { fields: { Name: text, Options: textMap } },
      },
    },
    ImageOptions: { fields: { Subpath: text } },
    TmpfsOptions: { fields: { SizeBytes: 'integer', Mode: 'integer', Options: { list: texts } } },
  },
};

const hostConfigFields: Readonly<Record<string, Shape>> = {
  ...resources,
  Binds: texts,
  ContainerIDFile: text,
  LogConfig: { fields: { Type: text, Config: textMap } },
  NetworkMode: text,
  PortBindings: { map: { list: { fields: { HostIp: text, HostPort: text } } } },
  RestartPolicy: restartPolicy,
  AutoRemove: 'boolean',
  VolumeDriver: text,
  VolumesFrom: texts,
  Mounts: { list: mount },
  ConsoleSize: { list: 'integer' },
  Annotations: textMap,
  CapAdd: 'words',
  CapDrop: 'words',
  Capabilities: texts,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  Cgroup: text,
  Links: texts,
  OomScoreAdj: 'integer',
  PidMode: text,
  Privileged: 'boolean',
  PublishAllPorts: 'boolean',
  ReadonlyRootfs: 'boolean',
  SecurityOpt: texts,
  StorageOpt: textMap,
  Tmpfs: textMap,
  UTSMode: text,
  UsernsMode: text,
  ShmSize: 'integer',
  Sysctls: textMap,
  Runtime: text,
  Isolation: text,
  MaskedPaths: texts,
  ReadonlyPaths: texts,
  // What a process may set for itself.
  Umask: 'integer',
};
/** The fields of a create body's `HostConfig`. */
export const hostConfigKeys: readonly string[] = Object.keys(hostConfigFields);
const hostConfig: Shape = { fields: hostConfigFields, ignored: ignoredInHostConfig };

const endpointSettings: Shape = {
  fields: {
    IPAMConfig: { fields: { IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts } },
    Links: texts,
    Aliases: texts,
    NetworkID: text,
    EndpointID: text,
    Gateway: text,
    IPAddress: text,
    IPPrefixLen: 'integer',
    IPv6Gateway: text,
    GlobalIPv6Address: text,
    GlobalIPv6PrefixLen: 'integer',
    MacAddress: text,
    DriverOpts: textMap,
    DNSNames: texts,
    GwPriority: 'integer',
  },
};

const containerConfig: Readonly<Record<string, Shape>> = {
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: 'boolean',
  AttachStdout: 'boolean',
  AttachStderr: 'boolean',
  ExposedPorts: emptyObjects,
  Tty: 'boolean',
  OpenStdin: 'boolean',
  StdinOnce: 'boolean',
  Env: texts,
  Cmd: 'words',
  ArgsEscaped: 'boolean',
  Image: text,
  Volumes: emptyObjects,
  Healthcheck: {
    fields: {
      Test: texts,
      Interval: 'integer',
      Timeout: 'integer',
      StartPeriod: 'integer',
      StartInterval: 'integer',
      Retries: 'integer',
    },
  },
  WorkingDir: text,
  Entrypoint: 'words',
  NetworkDisabled: 'boolean',
  MacAddress: text,
  OnBuild: texts,
  Labels: textMap,
  StopSignal: text,
  StopTimeout: 'integer',
  Shell: 'words',
};

export const createContainerBody: Shape = {
  struct: 'runconfig.ContainerConfigWrapper',
  fields: {
    ...containerConfig,
    HostConfig: hostConfig,
    NetworkingConfig: { fields: { EndpointsConfig: { map: endpointSettings } } },
  },
  ignored: ignoredInCreate,
};
export const commitBody: Shape = {
  struct: 'runconfig.ContainerConfigWrapper',
  fields: containerConfig,
  ignored: [...ignoredInCommit, ...hostConfigKeys],
};
export const updateContainerBody: Shape = {
  struct: 'container.UpdateConfig',
  fields: { ...resources, RestartPolicy: restartPolicy },
  ignored: ignoredInUpdate,
};
export const execCreateBody: Shape = {
  struct: 'types.ExecConfig',
  fields: {
    AttachStdin: 'boolean',
    AttachStdout: 'boolean',
    AttachStderr: 'boolean',
    DetachKeys: text,
    Tty: 'boolean',
    Env: texts,
    Cmd: 'words',
    Privileged: 'boolean',
    User: text,
    WorkingDir: text,
    ConsoleSize: { list: 'integer' },
    // The Go client of API < 1.42 sends this one too; the engine's endpoint sets it itself.
    Detach: 'boolean',
  },
  ignored: ignoredInExecCreate,
};
export const execStartBody: Shape = {
  struct: 'types.ExecStartCheck',
  fields: { Detach: 'boolean', Tty: 'boolean', ConsoleSize: { list: 'integer' } },
  ignored: ignoredInExecStart,
};
export const createVolumeBody: Shape = {
  struct: 'volume.CreateOptions',
  // ClusterVolumeSpec is for swarm: not modelled, so refused.
  fields: { Name: text, Driver: text, DriverOpts: textMap, Labels: textMap },
  ignored: ignoredInVolume,
};
export const createNetworkBody: Shape = {
  struct: 'types.NetworkCreateRequest',
  fields: {
    Name: text,
    CheckDuplicate: 'boolean',
    Driver: text,
    Scope: text,
    Internal: 'boolean',
    Attachable: 'boolean',
    Ingress: 'boolean',
    ConfigOnly: 'boolean',
    ConfigFrom: { fields: { Network: text } },
    EnableIPv4: 'boolean',
    EnableIPv6: 'boolean',
    Options: textMap,
    Labels: textMap,
    IPAM: {
      fields: {
        Driver: text,
        Options: textMap,
        Config: {
          list: { fields: { Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: textMap } },
        },
      },
    },
  },
  ignored: ignoredInNetwork,
};
export const connectNetworkBody: Shape = {
  struct: 'types.NetworkConnect',
  fields: { Container: text, EndpointConfig: endpointSettings },
  ignored: ignoredInConnect,
};
export const disconnectNetworkBody: Shape = {
  struct: 'types.NetworkDisconnect',
  fields: { Container: text, Force: 'boolean' },
  ignored: ignoredInDisconnect,
};
