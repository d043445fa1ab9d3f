import path from 'node:path';

const verbs = ['create', 'exec', 'deleting', 'deleting-by-force', 'delete', 'release'] as const;

/**
 * A request of bulkhead-runc. `exec` is about a further process in a build container. `deleting` announces
 * that runc is about to delete the container, `deleting-by-force` even if it is running. After `delete`,
 * `release` reports that its mounts are gone.
 */
export interface PlannerRequest {
  readonly verb: (typeof verbs)[number];
  readonly id: string;
  /** For `create`: the container's bundle. For `exec`: the file that describes the process. */
  readonly bundle: string;
  /** runc's --root: <runcRoot>/<id> exists as long as runc knows the container. */
  readonly runcRoot: string;
  /** The runtime's process id: its mount table is that of the engine. */
  readonly pid: number;
}

/** Maximum length of a request in bytes. */
export const requestLimit = 16 * 1024;

const requestFieldCount = 7;

/**
 * Length of the first request in `bytes`; null: it is incomplete. The runtime does not close its side of the
 * connection.
 */
export function requestLength(bytes: Buffer): number | null {
  let end = 0;
  for (let fields = 0; fields < requestFieldCount; fields++) {
    end = bytes.indexOf(0, end) + 1;
    if (end === 0) return null;
  }
  return end;
}

/** Whether the runtime waits for no reply. */
export function isOneWay({ verb }: PlannerRequest): boolean {
  return verb !== 'create' && verb !== 'exec' && verb !== 'delete';
}

/** Parses the runtime's NUL-terminated fields; null if they are not a valid request. */
export function parseRequest(bytes: Buffer): PlannerRequest | null {
  if (bytes.length > requestLimit || bytes.at(-1) !== 0) return null;
  const fields = bytes.subarray(0, -1).toString('utf8').split('\0');
  const [magic, verb, id, bundle, runcRoot, pidText, end] = fields;
  if (fields.length !== requestFieldCount || magic !== 'bulkhead-request-2' || end !== 'end') return null;
  if (!isVerb(verb)) return null;
  if (id === undefined || !isContainerId(id)) return null;
  if (bundle === undefined || runcRoot === undefined || !isPlainAbsolute(runcRoot)) return null;
  const hasFile = verb === 'create' || verb === 'exec';
  if (hasFile ? !isPlainAbsolute(bundle) : bundle !== '') return null;
  if (pidText === undefined || !/^[1-9]\d{0,9}$/.test(pidText)) return null;
  return { verb, id, bundle, runcRoot, pid: Number(pidText) };
}

/** runc's own rule for ids, with a maximum length: we use the id as a file name. */
export function isContainerId(id: string): boolean {
  return /^[A-Za-z0-9_+.-]{1,128}$/.test(id) && id !== '.' && id !== '..';
}

function isPlainAbsolute(file: string): boolean {
  return file.startsWith('/') && file.length < 4096 && path.normalize(file) === file;
}

function isVerb(field: string | undefined): field is PlannerRequest['verb'] {
  return verbs.some((verb) => verb === field);
}
