import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSubordinateStore } from '../../planner/ranges/subordinate.ts';
import { sharingUserOf } from '../../planner/shares/shares.ts';
import { seededRandom, testSeed } from '../../tests/support/random-seed.ts';
import { startGateway, type Gateway } from '../server.ts';

/** Longest delay of one step of the engine, ms. */
const slowestMs = 15;
const fewestStarts = 300;
const fewestWrongLists = 6;

let directory: string;
let engine: SlowEngine;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bulkhead-lost-');
});
afterEach(async () => {
  engine.close();
  await rm(directory, { recursive: true, force: true });
});

/** An engine that takes random times, often lists containers wrongly, and looks for records at a start. */
class SlowEngine {
  readonly #server: Server;
  readonly #random: () => number;
  readonly #containers = new Set<string>();
  readonly #streams = new Set<ServerResponse>();
  /** Containers that were to start, and had no record. */
  readonly refused: string[] = [];
  starts = 0;
  wrongLists = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.#server = createServer((req, res) => {
      void this.#respond(req, res);
    });
  }

  listen(socket: string): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(socket, () => {
        resolve();
      });
    });
  }

  /** Ends its event streams, as a restart does. */
  cutStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #pause(): Promise<void> {
    return sleep(this.#random() * slowestMs);
  }

  async #respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const target = /^(?:\/v[\d.]+)?\/(?:containers\/)?(\w+)(?:\/(\w+))?/;
    const [, action = '', id = ''] = target.exec(req.url ?? '') ?? [];
    req.resume();
    await this.#pause();
    if (action === 'events') {
      res.writeHead(200).flushHeaders();
      this.#streams.add(res);
      res.once('close', () => this.#streams.delete(res));
    } else if (action === 'create') {
      const created = randomBytes(32).toString('hex');
      this.#containers.add(created);
      await this.#pause();
      res.writeHead(201).end(JSON.stringify({ Id: created, Warnings: [] }));
    } else if (action === 'json') res.writeHead(200).end(await this.#list());
    else if (id === 'start') this.#start(action, res);
    else if (req.method === 'DELETE') this.#remove(action, res);
    else if (this.#containers.has(action)) res.writeHead(200).end(JSON.stringify({ Id: action }));
    else res.writeHead(404).end('{}');
  }

  async #list(): Promise<string> {
    const complete = [...this.#containers].map((Id) => ({ Id }));
    await this.#pause();
    const kind = this.#random();
    if (kind > 0.6) return JSON.stringify(complete);
    this.wrongLists++;
    return kind > 0.3 ? JSON.stringify(complete.filter(() => this.#random() < 0.5)) : 'null';
  }

  #start(id: string, res: ServerResponse): void {
    this.starts++;
    const records = { directory: path.join(directory, 'sharing'), records: 'required' } as const;
    const subordinates = openSubordinateStore({ directory });
    if (sharingUserOf(id, { ...records, subordinates }) === null) this.refused.push(id);
    res.writeHead(204).end();
  }

  #remove(id: string, res: ServerResponse): void {
    this.#containers.delete(id);
    const event = { Action: 'destroy', Actor: { ID: id, Attributes: { name: 'n' } } };
    for (const stream of this.#streams) stream.write(`${JSON.stringify(event)}\n`);
    res.writeHead(204).end();
  }
}

const at = (name: string) => path.join(directory, name);

async function openGateway(): Promise<Gateway> {
  const started = await startGateway({
    engineSocket: at('engine.sock'),
    listenSocket: at('docker.sock'),
    settingsFile: at('admin-settings.json'),
    stateDirectory: directory,
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

/** The response's body; null where the gateway closed the connection, or refused. */
function send(method: string, target: string): Promise<string | null> {
  return new Promise((resolve) => {
    const refused = () => {
      resolve(null);
    };
    const req = request({ socketPath: at('docker.sock'), method, path: target, agent: false }, (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (part: string) => (body += part));
      res.once('error', refused).once('end', () => {
        resolve((res.statusCode ?? 0) < 300 ? body : null);
      });
    });
    req.once('error', refused).end();
  });
}

it('A8: no container loses its record, whatever the engine lists and however often it is asked', async () => {
  const random = seededRandom(testSeed());
  engine = new SlowEngine(random);
  await engine.listen(at('engine.sock'));
  let gateway = await openGateway();
  const isOver = () => engine.starts >= fewestStarts && engine.wrongLists >= fewestWrongLists;
  const clients = Array.from({ length: 24 }, async () => {
    while (!isOver()) {
      const created = await send('POST', '/v1.43/containers/create');
      // The gateway is being replaced.
      if (created === null) await sleep(5);
      else {
        const { Id } = JSON.parse(created) as { Id: string };
        for (let start = 0; start < 4; start++) {
          await sleep(random() * 2 * slowestMs);
          await send('POST', `/v1.43/containers/${Id}/start`);
        }
        await send('DELETE', `/v1.43/containers/${Id}`);
      }
    }
  });
  while (!isOver()) {
    await sleep(random() * 8 * slowestMs);
    if (random() < 0.7) engine.cutStreams();
    else {
      await gateway.close(random() < 0.5 ? 0 : slowestMs);
      gateway = await openGateway();
    }
  }
  await Promise.all(clients);
  await gateway.close(0);
  expect(engine.refused).toEqual([]);
}, 60_000);
