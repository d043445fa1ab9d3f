import { mkdir, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { at, list, type AttackResponse, type Side } from './attempt.ts';

/** An engine and the attacked socket. */
export interface Target {
  readonly name: Side['name'];
  readonly door: string;
  readonly engineSocket: string;
  readonly engineRoot: string;
  readonly runtime: string;
  /** Directory that file sharing allows, and one that it does not. */
  readonly sharedRoot: string;
  readonly closedRoot: string;
}

/** How long a connection that neither side ends is read from. */
const patienceMs = 4000;

/**
 * Writes to the attacked socket and reads until its end, `until`, or a timeout. The status is the last
 * response's.
 */
function exchangeRaw(door: string, pieces: readonly Buffer[], until?: RegExp): Promise<AttackResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(door);
    let text = '';
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)];
      resolve({ status: Number(statuses.at(-1)?.[1] ?? 0), text, json: null });
    };
    const timer = setTimeout(finish, patienceMs);
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      if (until?.test(text) === true) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => {
      if (text === '') {
        clearTimeout(timer);
        reject(error);
      } else finish();
    });
    socket.setNoDelay(true);
    const next = (index: number) => {
      const piece = pieces[index];
      // In a separate turn of the event loop: what is written together arrives together.
      if (piece !== undefined)
        socket.write(piece, () => {
          setImmediate(next, index + 1);
        });
    };
    next(0);
  });
}

const agents = new Map<string, Agent>();

/** A plain request, as a Docker client makes it. */
function send(
  socketPath: string,
  method: string,
  target: string,
  body?: string | Buffer,
  headers?: string,
): Promise<AttackResponse> {
  const fields: Record<string, string> = { Host: 'docker' };
  if (body !== undefined)
    Object.assign(fields, {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    });
  for (const line of (headers ?? '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  const agent = agents.get(socketPath) ?? new Agent({ keepAlive: true, maxSockets: 8 });
  agents.set(socketPath, agent);
  return new Promise((resolve, reject) => {
    const req = request({ socketPath, path: target, method, headers: fields, agent }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => {
        parts.push(part);
      });
      res.on('error', reject);
      res.on('end', () => {
        const text = Buffer.concat(parts).toString('latin1');
        let json: unknown = null;
        try {
          json = JSON.parse(Buffer.concat(parts).toString('utf8'));
        } catch {
          /* not every response is JSON */
        }
        resolve({ status: res.statusCode ?? 0, text, json });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Closes the connections that are kept for the next request. */
export function closeSides(): void {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}

/** The side of one attempt, with directories of its own. */
export async function openSide(target: Target, id: string): Promise<Side> {
  const shared = path.join(target.sharedRoot, id);
  const closed = path.join(target.closedRoot, id);
  for (const directory of [shared, closed]) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
  }
  await writeFile(path.join(closed, 'secret'), 'opened\n');
  return {
    ...target,
    shared,
    closed,
    tag: `x.${id}`,
    sendRaw: (bytes, until) =>
      exchangeRaw(target.door, [typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes], until),
    sendPieces: (pieces) => exchangeRaw(target.door, pieces),
    send: (method, to, body, headers) => send(target.door, method, to, body, headers),
    sendAt: send,
    sendRawTo: (socket, bytes, until) => exchangeRaw(socket, [Buffer.from(bytes, 'utf8')], until),
    admin: (method, to, body) =>
      Buffer.isBuffer(body)
        ? send(target.engineSocket, method, to, body, 'Content-Type: application/x-tar')
        : send(target.engineSocket, method, to, body === undefined ? undefined : JSON.stringify(body)),
  };
}

/** Removes everything with the attempt's name: containers, volumes, networks, images, directories. */
export async function closeSide(side: Side): Promise<void> {
  const mine = (name: unknown) =>
    typeof name === 'string' && (name === side.tag || name.startsWith(`${side.tag}.`));
  const containers = list((await side.admin('GET', '/containers/json?all=1')).json);
  await Promise.all(
    containers
      .filter((one) => list(at(one, 'Names')).some((name) => mine(String(name).slice(1))))
      .map((one) => side.admin('DELETE', `/containers/${String(at(one, 'Id'))}?force=1&v=1`)),
  );
  const volumes = list(at((await side.admin('GET', '/volumes')).json, 'Volumes'));
  await Promise.all(
    volumes
      .map((one) => at(one, 'Name'))
      .filter(mine)
      .map((name) => side.admin('DELETE', `/volumes/${String(name)}?force=1`)),
  );
  const networks = list((await side.admin('GET', '/networks')).json);
  await Promise.all(
    networks
      .filter((one) => mine(at(one, 'Name')))
      .map((one) => side.admin('DELETE', `/networks/${String(at(one, 'Id'))}`)),
  );
  const images = list((await side.admin('GET', '/images/json')).json)
    .flatMap((one) => list(at(one, 'RepoTags')))
    .map(String);
  await Promise.all(
    images
      .filter((tag) => mine(tag.split(':')[0]))
      .map((tag) => side.admin('DELETE', `/images/${tag}?force=1`)),
  );
  for (const directory of [side.shared, side.closed]) await rm(directory, { recursive: true, force: true });
}
