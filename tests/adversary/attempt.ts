/**
 * The bypass corpus: what a hostile client does, as data. Every attempt runs against a bare engine, where it
 * must succeed, and against the gateway, where it must not. One oracle judges both: it inspects the engine
 * through the engine's own socket.
 */

export const attackClasses = [
  'json',
  'request-line',
  'framing',
  'namespaces',
  'runtime',
  'confinement',
  'mounts',
  'volumes',
  'swapped',
  'unprotected',
  'references',
  'networks',
  'bypass-routes',
  'socket-mounts',
  'accomplice',
] as const;
/** The classes follow the list on the threat page. */
export type AttackClass = (typeof attackClasses)[number];

/** `text`: the body, or all that was received where raw bytes were sent. `json`: null if the body is none. */
export interface AttackResponse {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

/** One of the two engines in an attempt. */
export interface Side {
  readonly name: 'engine' | 'gateway';
  /** The attacked socket: the engine's own, or the gateway's. */
  readonly door: string;
  readonly engineSocket: string;
  /** Root directory of the engine: contains its socket and data. */
  readonly engineRoot: string;
  /** Name of the isolation runtime; the bare engine has only runc. */
  readonly runtime: string;
  /** A directory of the machine for this attempt alone, allowed by file sharing. */
  readonly shared: string;
  /** A directory that file sharing does not allow. Its file `secret` contains "opened". */
  readonly closed: string;
  /**
   * Name of the object that the attempt must not be able to create. Prepared objects are called
   * `${tag}.something`. Cleaned up by the harness.
   */
  readonly tag: string;
  /** Raw bytes to the attacked socket. Resolves at the end of the connection, or once `until` is received. */
  sendRaw(bytes: string | Buffer, until?: RegExp): Promise<AttackResponse>;
  /** As above, in separate writes. */
  sendPieces(pieces: readonly Buffer[]): Promise<AttackResponse>;
  /** A well-formed request to the attacked socket. */
  send(method: string, target: string, body?: string | Buffer, headers?: string): Promise<AttackResponse>;
  /** To another socket: one in a container. */
  sendAt(
    socket: string,
    method: string,
    target: string,
    body?: string | Buffer,
    headers?: string,
  ): Promise<AttackResponse>;
  sendRawTo(socket: string, bytes: string, until?: RegExp): Promise<AttackResponse>;
  /**
   * To the engine's own socket, as its administrator. A buffer is sent as an archive, anything else as JSON.
   */
  admin(method: string, target: string, body?: unknown): Promise<AttackResponse>;
}

/**
 * What the gateway does about it: `refused` with its message and nothing is created; `confined`: forwarded in
 * a rewritten, harmless form; `harmless`: forwarded, and has another effect than the attacker wanted.
 */
export type Outcome = 'refused' | 'confined' | 'harmless';

export interface Attempt {
  readonly id: string;
  readonly class: AttackClass;
  readonly title: string;
  readonly outcome: Outcome;
  /** Performed as the administrator before: the existing state. */
  readonly prepare?: (side: Side) => Promise<unknown>;
  /** Resolves with the responses, the decisive one last. */
  readonly attempt: (side: Side) => Promise<AttackResponse | readonly AttackResponse[]>;
  /** Whether the attacker succeeded. */
  readonly breach: (side: Side, responses: readonly AttackResponse[]) => Promise<boolean>;
  /** Changes the whole engine: not run concurrently with others. */
  readonly alone?: boolean;
}

/** A value inside parsed JSON; undefined where there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key]; // an object that has the key
  }
  return found;
}
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The container of that name, inspected through the engine's own socket; null if there is none. */
export async function inspect(side: Side, name: string): Promise<unknown> {
  const found = await side.admin('GET', `/containers/${name}/json`);
  return found.status === 200 ? found.json : null;
}

/** Creates a container as the administrator; resolves with its id. Unprotected unless a runtime is given. */
export async function container(
  side: Side,
  name: string,
  more: {
    readonly host?: Record<string, unknown>;
    readonly start?: boolean;
    readonly runtime?: string;
    readonly config?: Record<string, unknown>;
  } = {},
): Promise<string> {
  const made = await side.admin('POST', `/containers/create?name=${name}`, {
    Image: 'busybox',
    Cmd: ['sleep', '600'],
    ...more.config,
    HostConfig: { Runtime: more.runtime ?? 'runc', ...more.host },
  });
  const id = at(made.json, 'Id');
  if (typeof id !== 'string') throw new Error(`could not prepare ${name}: ${made.text}`);
  if (more.start === true) {
    const started = await side.admin('POST', `/containers/${id}/start`);
    if (started.status !== 204) throw new Error(`could not start ${name}: ${started.text}`);
  }
  return id;
}

// ---- oracles

export type Breach = Attempt['breach'];

/** The container was created, and its HostConfig has this. */
export const hostConfig =
  (field: string, value: unknown): Breach =>
  async (side) => {
    const found = at(await inspect(side, side.tag), 'HostConfig', field);
    return typeof value === 'function'
      ? Boolean((value as (found: unknown) => unknown)(found))
      : JSON.stringify(found) === JSON.stringify(value); // a predicate for values that are compared otherwise
  };
/** The container was created, and would mount this directory or file of the machine. */
export const mounts =
  (source: string | ((side: Side) => string)): Breach =>
  async (side) => {
    const wanted = typeof source === 'string' ? source : source(side);
    return list(at(await inspect(side, side.tag), 'Mounts')).some((mount) => at(mount, 'Source') === wanted);
  };
/** The container was created at all. */
export const made: Breach = async (side) => (await inspect(side, side.tag)) !== null;
/** A volume of that name was created with these driver options. */
export const volume =
  (option: string, value: string): Breach =>
  async (side) => {
    const found = await side.admin('GET', `/volumes/${side.tag}`);
    return at(found.json, 'Options', option) === value;
  };
/** The attacked socket responded like that. */
export const respondedWith =
  (status: number, text?: RegExp): Breach =>
  (_side, responses) => {
    const last = responses.at(-1);
    return Promise.resolve(last?.status === status && (text === undefined || text.test(last.text)));
  };

// ---- attempts that run something

/** Output of a container so far; '' if there is none. */
export async function output(side: Side, name: string): Promise<string> {
  return (await side.admin('GET', `/containers/${name}/logs?stdout=1&stderr=1`)).text;
}
/** The container `side.tag` ran and had this output. */
export const wrote =
  (text: string): Breach =>
  async (side) =>
    (await inspect(side, side.tag)) !== null && (await output(side, side.tag)).includes(text);

/** Creates, starts and waits for the container `side.tag` through the attacked socket. */
export async function running(side: Side, body: Record<string, unknown>): Promise<readonly AttackResponse[]> {
  const created = await side.send(
    'POST',
    `/v1.45/containers/create?name=${side.tag}`,
    JSON.stringify({ Image: 'busybox', ...body }),
  );
  if (created.status !== 201) return [created];
  const started = await side.send('POST', `/v1.45/containers/${side.tag}/start`);
  if (started.status === 204) await side.admin('POST', `/containers/${side.tag}/wait`);
  return [created, started];
}

/**
 * Runs a script in the container `side.tag`. The gateway allows it, the container confines it. Throws if the
 * script has not begun: its attack would count as prevented.
 */
export async function runningScript(
  side: Side,
  script: string,
  body: Record<string, unknown> = {},
): Promise<readonly AttackResponse[]> {
  const responses = await running(side, { ...body, Cmd: ['sh', '-c', `echo ${began}; ${script}`] });
  requireBegun(side, responses, 204, await output(side, side.tag));
  return responses;
}

/** A script as a privileged exec in the container `side.tag`; the last response has its output. */
export async function execScript(side: Side, script: string): Promise<readonly AttackResponse[]> {
  const exec = await side.send(
    'POST',
    `/v1.45/containers/${side.tag}/exec`,
    JSON.stringify({
      Cmd: ['sh', '-c', `echo ${began}; ${script}`],
      Privileged: true,
      User: '0',
      AttachStdout: true,
      AttachStderr: true,
    }),
  );
  const started = await side.send('POST', `/v1.45/exec/${String(at(exec.json, 'Id'))}/start`, '{}');
  const responses = [exec, started];
  requireBegun(side, responses, 200, started.text);
  return responses;
}

const began = 'the script began';
/** The bare engine's side has the breach as evidence. */
function requireBegun(side: Side, responses: readonly AttackResponse[], status: number, out: string): void {
  if (side.name === 'engine' || (responses.at(-1)?.status === status && out.includes(began))) return;
  const received = responses.map((response) => `${response.status} ${response.text}`).join('\n');
  throw new Error(`the script did not run: ${received}\n${out}`);
}

/** A tar archive of small files. */
export function archive(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const head = Buffer.alloc(512);
    const directory = name.endsWith('/');
    head.write(name, 0);
    head.write(directory ? '0000755\0' : '0000644\0', 100);
    head.write('0000000\0', 108);
    head.write('0000000\0', 116);
    head.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
    head.write('00000000000\0', 136);
    head.write('        ', 148);
    head.write(directory ? '5' : '0', 156);
    head.write('ustar\u000000', 257);
    head.write(
      `${head
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    parts.push(head, body);
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

// ---- attempts to create a container

interface CreateRow {
  readonly id: string;
  readonly title: string;
  /** Raw JSON, or a value to be written as JSON. */
  readonly body: unknown;
  readonly breach: Breach;
  readonly outcome?: Outcome;
  readonly prepare?: (side: Side) => Promise<unknown>;
  readonly target?: (side: Side) => string;
}
type Body = string | Record<string, unknown>;

/** `POST /containers/create` with that body, for the container `side.tag`. */
export function creating(
  kind: AttackClass,
  rows: readonly (Omit<CreateRow, 'body'> & { readonly body: Body | ((side: Side) => Body) })[],
): Attempt[] {
  return rows.map(({ body, target, outcome, ...row }) => ({
    ...row,
    class: kind,
    outcome: outcome ?? 'refused',
    attempt: (side) => {
      const content = typeof body === 'function' ? body(side) : body;
      return side.send(
        'POST',
        target?.(side) ?? `/v1.45/containers/create?name=${side.tag}`,
        typeof content === 'string' ? content : JSON.stringify({ Image: 'busybox', ...content }),
      );
    },
  }));
}
