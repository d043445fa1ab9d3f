/**
 * Keys that clients send in bodies and that no supported engine (API 1.24 to 1.56) reads: the structs its
 * endpoints decode into have no such field, in any spelling. They are removed from the body that the engine
 * gets. A key that some engine acts on must not be here; a test compares them with the published fields.
 *
 * Sources: the engine's structs (moby `api/types`, `runconfig`), and the clients' bodies: docker-py
 * (`docker/api/*.py`), docker-java (`*CmdImpl.java`), go-dockerclient, dockerode, Docker.DotNet, bollard,
 * Portainer.
 */

/** dockerode copies its own options into every body. */
const dockerode: readonly string[] = ['abortSignal'];
/** Fields of `ContainerConfig` that engines before API 1.24 had: docker-java, go-dockerclient. */
const formerContainerConfig: readonly string[] = [
  'DisableNetwork',
  'PortSpecs',
  'PublishService',
  'SecurityOpts',
];
/** The container of the path, repeated: docker-py and go-dockerclient (`Container`), docker-java. */
const containerOfPath: readonly string[] = ['Container', 'containerId'];

/** `POST /containers/create`, in addition to `HostConfig`'s own fields (see `top-level-host-config.ts`). */
export const ignoredInCreate: readonly string[] = [
  ...dockerode,
  ...formerContainerConfig,
  // Query parameters, which SDKs leave in the body as well.
  'name',
  'platform',
  // docker-java: credentials for the client's own pull.
  'authConfig',
];

/** `HostConfig`: fields of engines before API 1.24, which clients kept. */
export const ignoredInHostConfig: readonly string[] = ['Cpuset', 'LxcConf'];

/**
 * `POST /commit`, in addition to the fields of `HostConfig`: the engine decodes a whole create body and uses
 * its `ContainerConfig` alone.
 */
export const ignoredInCommit: readonly string[] = [
  ...dockerode,
  ...formerContainerConfig,
  'Cpuset',
  'HostConfig',
  'NetworkingConfig',
  // Query parameters: dockerode by the API's names, docker-java by names of its own.
  'author',
  'changes',
  'comment',
  'container',
  'containerId',
  'message',
  'pause',
  'repo',
  'repository',
  'tag',
  // Portainer: the container.
  'id',
  // Docker.DotNet: query parameters as well, and the configuration one level down, where no engine reads it.
  'Config',
  'RepositoryName',
];

/** `POST /containers/{id}/update`. */
export const ignoredInUpdate: readonly string[] = [...dockerode, ...containerOfPath];

/** `POST /containers/{id}/exec`. */
export const ignoredInExecCreate: readonly string[] = [
  ...dockerode,
  ...containerOfPath,
  // Options of dockerode's start, which programs pass to its exec.
  'hijack',
  'stdin',
  // Portainer before 2.19: the container.
  'id',
];

/** `POST /exec/{id}/start`. */
export const ignoredInExecStart: readonly string[] = [
  ...dockerode,
  'hijack',
  'stdin',
  // The engine reads them when an exec is created.
  'DetachKeys',
  // docker-java.
  'execId',
  // bollard: how long a line of output it reads.
  'OutputCapacity',
  // Docker.DotNet before 4: the whole exec again. The engine keeps what it was created with.
  'AttachStderr',
  'AttachStdin',
  'AttachStdout',
  'Cmd',
  'Env',
  'Privileged',
  'User',
  'WorkingDir',
  // go-dockerclient: streams and switches of its own.
  'Context',
  'ErrorStream',
  'InputStream',
  'OutputStream',
  'RawTerminal',
];

/** `POST /volumes/create`: fields of a volume's inspect response. */
export const ignoredInVolume: readonly string[] = [
  ...dockerode,
  'CreatedAt',
  'Mountpoint',
  'Scope',
  'Status',
  'UsageData',
];

/** `POST /networks/create`: fields of a network's inspect response. */
export const ignoredInNetwork: readonly string[] = [
  ...dockerode,
  'Containers',
  'Created',
  'Id',
  'Peers',
  'Services',
];

/** `POST /networks/{id}/connect`: go-dockerclient has one struct for both. */
export const ignoredInConnect: readonly string[] = [...dockerode, 'Force', 'networkId'];

/** `POST /networks/{id}/disconnect`. */
export const ignoredInDisconnect: readonly string[] = [...dockerode, 'EndpointConfig', 'networkId'];
