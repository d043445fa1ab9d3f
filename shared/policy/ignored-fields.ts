/**
 * Keys that clients send in bodies and that no supported engine (API 1.24 to 1.56) reads: the structs its
 * endpoints decode into have no such field, in any spelling. They are removed from the body that the engine
 * gets. A key that some engine acts on must not be here; a test compares them with the published fields.
 *
 * Sources: the engine's structs (moby `api/types`, `runconfig`), and the clients' bodies: docker-py
 * (`docker/api/*.py`), docker-java (`*CmdImpl.java`), go-dockerclient, dockerode.
 */

/** dockerode leaves its own options in every body. */
const dockerode: readonly string[] = ['abortSignal'];
/** Fields of `ContainerConfig` that engines before API 1.24 had: docker-java, go-dockerclient. */
const formerContainerConfig: readonly string[] = [
  'DisableNetwork',
  'PortSpecs',
  'PublishService',
  'SecurityOpts',
];
/** The container in the path, repeated: docker-py and go-dockerclient (`Container`), docker-java. */
const containerOfPath: readonly string[] = ['Container', 'containerId'];

/** `POST /containers/create`, beside `HostConfig`'s own fields (see `top-level-host-config.ts`). */
export const ignoredInCreate: readonly string[] = [
  ...dockerode,
  ...formerContainerConfig,
  // Parameters of the query, which SDKs leave in the body as well.
  'name',
  'platform',
  // docker-java: credentials for the pull that the client does itself.
  'authConfig',
];

/** `HostConfig`: fields of engines before API 1.24, which clients kept. */
export const ignoredInHostConfig: readonly string[] = ['Cpuset', 'LxcConf'];

/**
 * `POST /commit`, beside the fields of `HostConfig`: the engine decodes a whole create body and uses its
 * `ContainerConfig` alone.
 */
export const ignoredInCommit: readonly string[] = [
  ...dockerode,
  ...formerContainerConfig,
  'Cpuset',
  'HostConfig',
  'NetworkingConfig',
  // Parameters of the query: dockerode by the API's names, docker-java by names of its own.
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
];

/** `POST /containers/{id}/update`. */
export const ignoredInUpdate: readonly string[] = [...dockerode, ...containerOfPath];

/** `POST /containers/{id}/exec`. */
export const ignoredInExecCreate: readonly string[] = [
  ...dockerode,
  ...containerOfPath,
  // Options of dockerode's start, which programs give to its exec.
  'hijack',
  'stdin',
];

/** `POST /exec/{id}/start`. */
export const ignoredInExecStart: readonly string[] = [
  ...dockerode,
  'hijack',
  'stdin',
  // The engine takes them at the creation of an exec.
  'DetachKeys',
  // docker-java.
  'execId',
  // go-dockerclient: streams and switches of its own.
  'Context',
  'ErrorStream',
  'InputStream',
  'OutputStream',
  'RawTerminal',
];

/** `POST /volumes/create`: fields of the volume that an inspect returns. */
export const ignoredInVolume: readonly string[] = [
  ...dockerode,
  'CreatedAt',
  'Mountpoint',
  'Scope',
  'Status',
  'UsageData',
];

/** `POST /networks/create`: fields of the network that an inspect returns. */
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
