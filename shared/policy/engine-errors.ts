/**
 * The answer that the engine itself gives to a request. The gateway gives it in the engine's place, in its
 * words (moby 26.1): what is not modelled is not forwarded.
 */
export interface EngineError {
  readonly status: 400 | 404 | 500;
  readonly message: string;
}

/** Characters of what a client sent that an answer repeats. */
const maxMessageLength = 5000;

/** The answer to what is not as the API says. */
export const badRequest = (message: string): EngineError => ({
  status: 400,
  message: message.slice(0, maxMessageLength),
});

/**
 * Whether there is none where the look-up by this name found none: a container has no other characters in its
 * name, nor a link's name (`web/db`) more than one slash.
 */
export const isKnownAbsent = (name: string): boolean => !/^\/|\/.*\/|\.\./.test(name);

/**
 * The answer to a create request that refers to a container which is not there. It is no 404: clients take
 * that for a missing image, and pull it.
 */
export const noSuchContainer = (name: string): EngineError => badRequest(`No such container: ${name}`);

/** The answer to an entry of `VolumesFrom` whose container is not there. */
export const invalidVolumesFrom = (text: string): EngineError =>
  text === ''
    ? badRequest('volumes-from specification cannot be an empty string')
    : noSuchContainer(text.split(':', 1)[0] ?? '');

/** The answer to an entry of `Mounts`. */
export const invalidMount = (type: string, why: string): EngineError =>
  badRequest(`invalid mount config for type ${JSON.stringify(type)}: ${why}`);

/** The answer to a source of a bind mount (`Mounts`) that is no absolute path. */
export const invalidMountSource = (source: string): EngineError =>
  invalidMount(
    'bind',
    source === ''
      ? 'field Source must not be empty'
      : `invalid mount path: '${source}' mount path must be absolute`,
  );

/** The answer to an entry of `Binds` that is none; `why`: what is wrong with its parts. */
export const invalidBind = (text: string, why = ''): EngineError => ({
  status: 500,
  message: `invalid volume specification: '${text}'${why === '' ? '' : `: ${why}`}`.slice(
    0,
    maxMessageLength,
  ),
});

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
 * The answer to a name that no volume of the local driver has. Missing where Go might quote it in another way
 * than JSON does.
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

/** The answer to a value of `Isolation`. */
export const invalidIsolation = (value: string): EngineError => ({
  status: 500,
  message: `Invalid isolation: ${JSON.stringify(value)} - linux only supports 'default'`,
});

/** The answer to a log driver that is neither built in nor a plugin of the engine's. */
export const noSuchLogDriver = (type: string): EngineError =>
  badRequest(`error looking up logging plugin ${type}: plugin ${JSON.stringify(type)} not found`);

/** The answer to a body that is said to be of another type than JSON. */
export const unsupportedContentType = (value: string): EngineError =>
  badRequest(
    value === ''
      ? 'malformed Content-Type header (): mime: no media type'
      : `unsupported Content-Type header (${value}): must be 'application/json'`,
  );

/** The answer where nothing is at a path. */
export const pageNotFound: EngineError = { status: 404, message: 'page not found' };

/** Of the engines that are supported. */
const oldestApiVersion = '1.24';

/** The answer to a version of the API that no supported engine has any more. */
export const versionTooOld = (version: string): EngineError =>
  badRequest(
    `client version ${version} is too old. Minimum supported API version is ${oldestApiVersion}, please ` +
      'upgrade your client to a newer version',
  );
