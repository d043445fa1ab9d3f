import { deny, type Denial } from './decision.ts';
import { message, type Message } from '../messages/message.ts';
import { maxArgumentBytes, maxPathBytes, type ExceededLimit, type SizeLimits } from './sizes.ts';

/** What a stack of 8 MiB, the usual limit, leaves for arguments and variables: total bytes of either. */
const maxArgumentsBytes = 2 * 1024 * 1024;
/** Every port of two protocols. */
const maxPorts = 2 * 65_535;

const file = 'policy.advice-mount-file';
const path: SizeLimits = { bytes: maxPathBytes, shorter: 'policy.advice-shorter-path' };
const mounted: SizeLimits = {
  entries: 512,
  instead: 'policy.advice-mount-parent',
  shorter: 'policy.advice-shorter-path',
};
const mountPoints: SizeLimits = { ...mounted, keyBytes: maxPathBytes };
const processArguments: SizeLimits = {
  entries: 65_536,
  bytes: maxArgumentBytes,
  allBytes: maxArgumentsBytes,
  instead: file,
  shorter: file,
};
const labels: SizeLimits = { entries: 4096, bytes: 1024 * 1024, allBytes: 1024 * 1024, instead: file };

/** Fields of `HostConfig`, which older engines also accept at the top level of a create body. */
const hostConfig: Readonly<Record<string, SizeLimits>> = {
  // Source, destination, options.
  Binds: { ...mounted, bytes: 2 * maxPathBytes + 256 },
  Mounts: {
    ...mounted,
    each: { fields: { Source: path, Target: path, VolumeOptions: { fields: { Labels: labels } } } },
  },
  Tmpfs: mountPoints,
  VolumesFrom: { entries: 64 },
  Links: { entries: 256, instead: 'policy.advice-one-network' },
  Devices: { entries: 256, bytes: maxPathBytes },
  Ulimits: { entries: 64 },
  SecurityOpt: {
    entries: 64,
    bytes: 1024 * 1024,
    allBytes: 1024 * 1024,
    instead: 'policy.advice-shorter-seccomp-profile',
    shorter: 'policy.advice-shorter-seccomp-profile',
  },
  PortBindings: { entries: maxPorts },
};

/**
 * Maximum content of a request: the limits of every inspected body, by the API's names, since a field has the
 * same meaning in all of them. They are far above what containers use; without them one request could keep
 * the gateway busy for minutes, for everybody. They equal the kernel's own limits where those exist: what
 * exceeds them could not run.
 */
export const bodyLimits: SizeLimits = {
  fields: {
    Image: { bytes: 4096, shorter: 'policy.advice-shorter-name' },
    Env: processArguments,
    Cmd: processArguments,
    Entrypoint: processArguments,
    Shell: processArguments,
    OnBuild: processArguments,
    Healthcheck: { fields: { Test: processArguments } },
    Labels: labels,
    Volumes: mountPoints,
    ExposedPorts: { entries: maxPorts },
    ...hostConfig,
    HostConfig: { fields: hostConfig },
    NetworkingConfig: { fields: { EndpointsConfig: { entries: 64 } } },
  },
};

/** The refusal of what exceeds a limit. */
export function limitDenial({ kind, at, has, most, sizes }: ExceededLimit): Denial {
  const field = at === '' ? message('policy.the-body') : at;
  const instead = message(sizes.instead ?? 'policy.advice-fewer');
  switch (kind) {
    case 'entries':
      return deny('request-limit', message('policy.too-many-entries', { most, field }), {
        detail: instead,
      });
    case 'allBytes':
      return deny('request-limit', message('policy.too-many-bytes', { most, field }), {
        detail: instead,
      });
    case 'bytes':
      return deny('request-limit', message('policy.value-too-long', { size: has, field }), {
        detail: message('policy.allowed-limit', {
          most,
          shorter: message(sizes.shorter ?? 'policy.advice-shorter'),
        }),
      });
  }
}

const mib = 1024 * 1024;

/** What clients may have open, and occupy in the gateway's memory, at a time. */
export interface ConnectionLimits {
  /**
   * Connections of one user, including the user's other ids; of one container by its own socket. Root has no
   * limit of its own.
   */
  readonly each: number;
  readonly eachSocket: number;
  /** Connections of all users, as far as the process may open files. */
  readonly all: number;
  /** Of these, reserved for root and for users with fewer than `few`. */
  readonly reserved: number;
  readonly few: number;
  /** Connections of one user with HTTP/2 to BuildKit, and calls on all of them. */
  readonly builds: number;
  readonly buildCalls: number;
  /**
   * Bytes sent by a user that wait in memory. Above `softBufferBytes` reading from the user's clients pauses;
   * above `maxBufferBytes` they are refused.
   */
  readonly softBufferBytes: number;
  readonly maxBufferBytes: number;
  /** As above for all users; above it, users with more than a sixteenth of `maxBufferBytes` are refused. */
  readonly maxTotalBufferBytes: number;
  /** How long a request's head may take, from the connection's start or its first byte on, ms. */
  readonly headMs: number;
}

/**
 * Compose follows a hundred services over as many connections, and builds them with a few calls each. A
 * user's share is an eighth of the total.
 */
export const connectionLimits: ConnectionLimits = {
  each: 512,
  eachSocket: 256,
  all: 4096,
  reserved: 512,
  few: 16,
  builds: 128,
  buildCalls: 1024,
  softBufferBytes: 4 * mib,
  maxBufferBytes: 24 * mib,
  maxTotalBufferBytes: 64 * mib,
  headMs: 60_000,
};

/**
 * Descriptors that the gateway needs besides those of connections: queries to the engine, files, sockets of
 * containers.
 */
const otherFiles = 256;
/** Per connection: the client's, the engine's, and sometimes a pipe. */
const filesEach = 3;

/**
 * The same for a process that may open `files` files: everything fits, and one user gets no more than a
 * fourth.
 */
export function limitsForFiles(limits: ConnectionLimits, files: number): ConnectionLimits {
  const all = Math.max(32, Math.min(limits.all, Math.floor((files - otherFiles) / filesEach)));
  if (all === limits.all) return limits;
  const fourth = Math.floor(all / 4);
  return {
    ...limits,
    all,
    reserved: Math.floor(all / 8),
    few: Math.min(limits.few, Math.floor(all / 16)),
    each: Math.min(limits.each, fourth),
    eachSocket: Math.min(limits.eachSocket, fourth),
  };
}

/**
 * To whom connections are attributed. `nobody`: an id of an unknown user's containers or subordinate ones.
 */
export type AccountHolder =
  | { readonly kind: 'root' | 'nobody' }
  | { readonly kind: 'user'; readonly uid: number }
  | { readonly kind: 'socket'; readonly id: string };

/** The exhausted resource. */
export type ExhaustedResource = 'connections' | 'all-connections' | 'held' | 'builds' | 'build-calls';

/** The refusal of what exceeds `holder`'s limit, `most`. */
export function connectionDenial(resource: ExhaustedResource, holder: AccountHolder, most: number): Denial {
  const rule = 'connection-limit';
  const name = holderName(holder);
  switch (resource) {
    case 'connections':
      return deny(rule, message('policy.connection-of-user', { name }), {
        detail: message('policy.connection-limit', { most }),
      });
    case 'all-connections':
      return deny(rule, message('policy.connection-of-user', { name }), {
        detail: message('policy.connection-limit-of-all', { most }),
      });
    case 'held':
      return deny(rule, message('policy.waiting-bytes-of-user', { name }), {
        detail: message('policy.waiting-bytes-limit', { most }),
      });
    case 'builds':
      return deny(rule, message('policy.build-connection-of-user', { name }), {
        detail: message('policy.build-connection-limit', { most }),
      });
    case 'build-calls':
      return deny(rule, message('policy.build-call-of-user', { name }), {
        detail: message('policy.build-call-limit', { most }),
      });
  }
}

function holderName(holder: AccountHolder): string | Message {
  switch (holder.kind) {
    case 'root':
      return 'root';
    case 'user':
      return message('policy.user', { uid: holder.uid });
    case 'socket':
      return message('policy.container-by-its-socket');
    case 'nobody':
      return message('policy.ids-of-unknown-user');
  }
}
