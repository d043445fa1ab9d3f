import { familiarReference, parseImageReference } from '../settings/image-reference.ts';

/**
 * The engine's own response to a request. The gateway sends it instead of the engine, with the same message
 * (moby 26.1): what is not modelled is not forwarded.
 */
export interface EngineError {
  readonly status: 400 | 404 | 500;
  readonly message: string;
  /** The body is the message alone, without JSON. */
  readonly isPlainText?: boolean;
  /** The response since Docker Engine 28, where it is another one. */
  readonly since28?: EngineError;
}

/** The newest minor API version of Docker Engine 28.0. */
const apiVersion28 = 48;

/** The response of an engine whose newest API version is this one: "1.51". */
export function errorOf(apiVersion: string, error: EngineError): EngineError {
  const [, minor] = /^1\.(\d+)$/.exec(apiVersion) ?? [];
  return Number(minor) >= apiVersion28 ? (error.since28 ?? error) : error;
}

/** Maximum length of a client's text repeated in a response. */
const maxMessageLength = 5000;

/** The response to a request that violates the API. */
export const badRequest = (message: string): EngineError => ({
  status: 400,
  message: message.slice(0, maxMessageLength),
});

/**
 * The response to a create request whose image is not in the engine; clients pull it then. Undefined for a
 * name that no image can have: the engine has another error for it.
 */
export function noSuchImage(name: string): EngineError | undefined {
  const id = /^(?:sha256:)?([a-f0-9]{64})$/.exec(name)?.[1];
  if (id !== undefined) return { status: 404, message: `No such image: sha256:${id}` };
  const parsed = parseImageReference(name);
  return parsed.ok && parsed.value.kind === 'image' && !name.includes('*')
    ? { status: 404, message: `No such image: ${familiarReference(parsed.value)}` }
    : undefined;
}

/**
 * Whether no container exists if the look-up by this name found none: names of containers have no other
 * characters, and names of links (`web/db`) at most one slash.
 */
export const isKnownAbsent = (name: string): boolean => !/^\/|\/.*\/|\.\./.test(name);

/**
 * The response to a create request that refers to a missing container. Not a 404: clients interpret that as a
 * missing image, and pull it.
 */
export const noSuchContainer = (name: string): EngineError => badRequest(`No such container: ${name}`);

/** What the engine says at the start of a container that is to join its own network. */
export const ownNetwork: EngineError = badRequest('cannot join own network');

/** The response to an entry of `VolumesFrom` whose container does not exist. */
export const invalidVolumesFrom = (text: string): EngineError =>
  text === ''
    ? badRequest('volumes-from specification cannot be an empty string')
    : noSuchContainer(text.split(':', 1)[0] ?? '');

/** The response to an invalid entry of `Mounts`. */
export const invalidMount = (type: string, why: string): EngineError =>
  badRequest(`invalid mount config for type ${JSON.stringify(type)}: ${why}`);

/** The response to a source of a bind mount (`Mounts`) that is not an absolute path. */
export const invalidMountSource = (source: string): EngineError =>
  invalidMount(
    'bind',
    source === ''
      ? 'field Source must not be empty'
      : `invalid mount path: '${source}' mount path must be absolute`,
  );

/** The response to an invalid entry of `Binds`; `why`: the problem with its parts. */
export const invalidBind = (text: string, why = ''): EngineError => ({
  status: 500,
  message: `invalid volume specification: '${text}'${why === '' ? '' : `: ${why}`}`.slice(
    0,
    maxMessageLength,
  ),
});

/** The answer to an entry of `Binds` with an option that no engine has. */
export const invalidBindMode = (mode: string): EngineError => ({
  status: 500,
  message: `invalid mode: ${mode}`.slice(0, maxMessageLength),
});

/** The response to a volume in `Mounts` with options of a bind. */
export const bindOptionsOfVolume: EngineError = badRequest(
  'BindOptions must not be specified on mount type "volume"',
);

/** The response to a volume in `Binds` with a propagation, which is an option of a bind. */
export const propagationOfVolume = (text: string): EngineError =>
  invalidBind(text, invalidMount('volume', 'field BindOptions must not be specified').message);

/** The answer to an entry of `Binds` whose destination is no absolute path. */
export const invalidBindDestination = (text: string, source: string, destination: string): EngineError =>
  invalidBind(
    text,
    invalidMount(
      source.startsWith('/') ? 'bind' : 'volume',
      `invalid mount path: '${destination}' mount path must be absolute`,
    ).message,
  );

/**
 * The response to a name that is invalid for a volume of the local driver. Missing if Go might quote it in
 * another way than JSON does.
 */
export function invalidVolumeName(name: string): EngineError | undefined {
  if (!/^[ -~]+$/.test(name)) return undefined;
  return badRequest(
    name.length === 1
      ? `create ${name}: volume name is too short, names should be at least two alphanumeric characters`
      : `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, only ` +
          '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, ' +
          'use absolute path',
  );
}

/**
 * The response to the start of a container with a device of the machine that is not there. Missing if Go
 * might quote the path in another way than JSON does.
 */
export const absentDevice = (path: string): EngineError | undefined =>
  /^[ -~]+$/.test(path)
    ? {
        status: 500,
        message: (
          `error gathering device information while adding custom device ${JSON.stringify(path)}: ` +
          'no such file or directory'
        ).slice(0, maxMessageLength),
      }
    : undefined;

/** The response to an invalid value of `Isolation`. */
export const invalidIsolation = (value: string): EngineError => ({
  status: 500,
  message: `Invalid isolation: ${JSON.stringify(value)} - linux only supports 'default'`,
  since28: badRequest(`invalid isolation (${value}): linux only supports 'default'`),
});

/** The response to a `NetworkMode` that refers to a container and does not name it. */
export const invalidNetworkMode: EngineError = {
  ...badRequest('Invalid network mode: invalid container format container:<name|id>'),
  since28: badRequest('invalid network mode: invalid container format container:<name|id>'),
};

/** Security options that some supported engine has, and whether their value is a boolean. */
const securityOptions: ReadonlyMap<string, boolean> = new Map([
  ['label', false],
  ['apparmor', false],
  ['seccomp', false],
  ['no-new-privileges', true],
  ['writable-cgroups', true],
]);
/** Whether Go's `strconv.ParseBool` takes it. */
export const isGoBoolean = (text: string): boolean =>
  /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(text);

/**
 * The answer to an entry of `SecurityOpt` that no engine takes. Missing for others, and where Go might quote
 * the text in another way than JSON does.
 */
export function invalidSecurityOption(option: string): EngineError | undefined {
  if (!/^[ -~]*$/.test(option) || option === 'no-new-privileges' || option === 'disable') return undefined;
  const separator = option.includes('=') ? '=' : ':';
  const end = option.indexOf(separator);
  const isBoolean = securityOptions.get(option.slice(0, Math.max(end, 0)));
  if (end >= 0 && (isBoolean === false || (isBoolean === true && isGoBoolean(option.slice(end + 1)))))
    return undefined;
  return {
    status: 500,
    message: `invalid --security-opt ${end < 0 ? 1 : 2}: ${JSON.stringify(option)}`.slice(
      0,
      maxMessageLength,
    ),
  };
}

/** The answer of overlay2 to an entry of `StorageOpt` that it does not know. */
export const unknownStorageOption = (key: string): EngineError => ({
  status: 500,
  message: `Unknown option ${key}`.slice(0, maxMessageLength),
});

/** The answers to parameters of `POST /build`. */
export const invalidBuild = {
  remote: (remote: string): EngineError => ({
    status: 500,
    message: `remoteURL (${remote}) could not be recognized as URL`.slice(0, maxMessageLength),
  }),
  isolation: (value: string): EngineError => badRequest(`unsupported isolation: ${JSON.stringify(value)}`),
  securityOptions: badRequest('security options are not supported on linux'),
  /** `why`: Go's error for a document, as its decoder of streams words it. */
  outputs: (why: string): EngineError =>
    badRequest(`invalid outputs specified: ${why.replace('unexpected EOF', 'unexpected end of JSON input')}`),
  version: (value: string): EngineError => badRequest(`invalid version ${JSON.stringify(value)}`),
} as const;

/** The answer to a log driver that is neither built in nor a plugin of the engine's. */
export const noSuchLogDriver = (type: string): EngineError =>
  badRequest(`error looking up logging plugin ${type}: plugin ${JSON.stringify(type)} not found`);

/** The answers to drivers that are neither built in nor plugins of the engine's. */
export const noSuchVolumeDriver = (name: string, driver: string): EngineError => ({
  status: 404,
  message: (
    `create ${name}: error looking up volume plugin ${driver}: ` +
    `plugin ${JSON.stringify(driver)} not found`
  ).slice(0, maxMessageLength),
});
export const noSuchNetworkDriver = (driver: string): EngineError => ({
  status: 404,
  message: `plugin ${JSON.stringify(driver)} not found`.slice(0, maxMessageLength),
});

/** The error for a body whose content type is not JSON. */
export const unsupportedContentType = (value: string): EngineError =>
  badRequest(
    value === ''
      ? 'malformed Content-Type header (): mime: no media type'
      : `unsupported Content-Type header (${value}): must be 'application/json'`,
  );

/** The response if a path does not exist. */
export const pageNotFound: EngineError = { status: 404, message: 'page not found' };

/** The supported engines' versions. */
const oldestApiVersion = '1.24';

/**
 * The response to a version of the API that no supported engine has any more, if the engine's own cannot be
 * had: its minimum may be higher.
 */
export const versionTooOld = (version: string): EngineError =>
  badRequest(
    `client version ${version} is too old. Minimum supported API version is ${oldestApiVersion}, please ` +
      'upgrade your client to a newer version',
  );
