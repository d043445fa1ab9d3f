import { deny, type Denial } from './decision.ts';
import { isList, isObject, type Json } from './json.ts';

/**
 * What a request may ask for at most. The limits are far above what containers have; without them one request could keep the gateway busy
 * for minutes, for everybody. The kernel's own limits are taken where it has some: what exceeds them could not run.
 */
export interface Limit {
  /** Entries of the list, or of the object. */
  readonly entries?: number;
  /** Bytes of the string, or of each one in the value. */
  readonly bytes?: number;
  /** Bytes of each key in the value. */
  readonly keyBytes?: number;
  /** Bytes of all strings in the value, keys included. */
  readonly allBytes?: number;
  /** What the client can do, as a clause. */
  readonly instead?: string;
  /** Of single fields of an object. */
  readonly fields?: Readonly<Record<string, Limit>>;
  /** Of each element of a list. */
  readonly each?: Limit;
}

/** PATH_MAX of the kernel without its final NUL: bytes of a path. So it has 2,047 components at most. */
export const maxPathBytes = 4095;
/** MAX_ARG_STRLEN of the kernel without its final NUL: bytes of one argument or variable. */
export const maxArgumentBytes = 128 * 1024 - 1;
/** What a stack of 8 MiB, the usual limit, leaves to arguments and variables: bytes of all of a kind. */
const maxArgumentsBytes = 2 * 1024 * 1024;
/** Every port of two protocols. */
const maxPorts = 2 * 65_535;

const fewer = 'ask for fewer of them';
const path: Limit = { bytes: maxPathBytes, instead: 'use a shorter path' };
const mounted: Limit = { entries: 512, instead: 'mount a directory that contains several of them' };
const mountPoints: Limit = { ...mounted, keyBytes: maxPathBytes };
const words: Limit = { entries: 65_536, bytes: maxArgumentBytes, allBytes: maxArgumentsBytes, instead: 'put the values in a file that is mounted' };
const labels: Limit = { entries: 4096, bytes: 1024 * 1024, allBytes: 1024 * 1024, instead: 'put the values in a file that is mounted' };

/** Of all that the table below does not name. */
const otherwise = { entries: 1024, bytes: maxArgumentBytes, keyBytes: maxPathBytes } as const;

/** The limits of every body that is looked at, by the API's names: the same field means the same in all of them. */
export const bodyLimits: Limit = {
  fields: {
    Image: { bytes: 4096, instead: 'use a shorter name' },
    Env: words, Cmd: words, Entrypoint: words, Shell: words, OnBuild: words, Healthcheck: { fields: { Test: words } },
    Labels: labels, Volumes: mountPoints, ExposedPorts: { entries: maxPorts, instead: fewer },
    HostConfig: {
      fields: {
        // Source, destination, options.
        Binds: { ...mounted, bytes: 2 * maxPathBytes + 256 },
        Mounts: { ...mounted, each: { fields: { Source: path, Target: path, VolumeOptions: { fields: { Labels: labels } } } } },
        Tmpfs: mountPoints,
        VolumesFrom: { entries: 64, instead: fewer },
        Links: { entries: 256, instead: 'put the containers on one network' },
        Devices: { entries: 256, bytes: maxPathBytes, instead: fewer },
        Ulimits: { entries: 64, instead: fewer },
        SecurityOpt: { entries: 64, bytes: 1024 * 1024, allBytes: 1024 * 1024, instead: 'use a shorter seccomp profile' },
        PortBindings: { entries: maxPorts, instead: fewer },
      },
    },
    NetworkingConfig: { fields: { EndpointsConfig: { entries: 64, instead: fewer } } },
  },
};

/** Why a body is refused before anything else is done with it; null where it keeps within the limits. */
export function limitDenial(body: Json, limits: Limit = bodyLimits): Denial | null {
  const found = exceeded(body, limits, { bytes: 0 });
  if (found === null) return null;
  const field = found.at === '' ? 'the body' : found.at;
  const instead = found.limit.instead ?? (found.kind === 'entries' ? fewer : 'use a shorter one');
  switch (found.kind) {
    case 'entries': return deny('request-limit', `${found.has} entries in ${field}`, { detail: `at most ${found.most} are allowed; ${instead}` });
    case 'bytes': return deny('request-limit', `a value of ${found.has} bytes in ${field}`, { detail: `at most ${found.most} are allowed; ${instead}` });
    case 'all': return deny('request-limit', `values of more than ${found.most} bytes in ${field}`, { detail: `at most ${found.most} are allowed; ${instead}` });
  }
}

/** `at`: where, dotted. */
interface Exceeded { readonly at: string; readonly kind: 'entries' | 'bytes' | 'all'; readonly has: number; readonly most: number; readonly limit: Limit }
/** Of the strings of a value so far. */
interface Sum { bytes: number }

function exceeded(value: Json, limit: Limit, sum: Sum): Exceeded | null {
  if (typeof value === 'string') return tooLong(value, limit.bytes ?? otherwise.bytes, limit, sum);
  const list = isList(value) ? value : null;
  const object = isObject(value) ? value : null;
  const entries = list?.length ?? object?.size ?? 0;
  const most = limit.entries ?? otherwise.entries;
  // Before anything in it is looked at.
  if (entries > most) return { at: '', kind: 'entries', has: entries, most, limit };
  const own: Sum = limit.allBytes === undefined ? sum : { bytes: 0 };
  const tooMuch = (): Exceeded | null => (limit.allBytes !== undefined && own.bytes > limit.allBytes ? { at: '', kind: 'all', has: own.bytes, most: limit.allBytes, limit } : null);
  const inner = limit.each ?? inherited(limit);
  let index = 0;
  for (const entry of list ?? []) {
    const found = exceeded(entry, inner, own);
    if (found !== null) return inside(`[${index}]`, found);
    index++;
  }
  for (const [key, entry] of object ?? []) {
    const field = limit.fields !== undefined && Object.hasOwn(limit.fields, key) ? limit.fields[key] : undefined;
    const found = tooLong(key, limit.keyBytes ?? otherwise.keyBytes, limit, own);
    if (found !== null) return found;
    const within = exceeded(entry, field ?? inner, own);
    if (within !== null) return inside(key, within);
  }
  return tooMuch();
}

/** What holds for the strings of a value holds for those in what it contains. */
function inherited({ bytes, keyBytes, instead }: Limit): Limit {
  if (bytes === undefined && keyBytes === undefined) return nothing;
  return { ...(bytes === undefined ? {} : { bytes }), ...(keyBytes === undefined ? {} : { keyBytes }), ...(instead === undefined ? {} : { instead }) };
}
const nothing: Limit = {};

function tooLong(text: string, most: number, limit: Limit, sum: Sum): Exceeded | null {
  const has = utf8Bytes(text);
  sum.bytes += has;
  return has > most ? { at: '', kind: 'bytes', has, most, limit } : null;
}

const inside = (part: string, found: Exceeded): Exceeded => ({ ...found, at: found.at === '' || found.at.startsWith('[') ? `${part}${found.at}` : `${part}.${found.at}` });

// eslint-disable-next-line no-control-regex -- ASCII begins with control characters
const plain = /^[\u0000-\u007f]*$/;
const encoder = new TextEncoder();
/** Bytes of a text in UTF-8. */
export const utf8Bytes = (text: string): number => (plain.test(text) ? text.length : encoder.encode(text).length);
