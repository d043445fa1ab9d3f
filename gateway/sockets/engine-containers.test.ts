import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineContainers } from './engine-containers.ts';

let directory: string;
let engine: Server;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bulkhead-follow-');
});
afterEach(async () => {
  engine.closeAllConnections();
  engine.close();
  await rm(directory, { recursive: true });
});

describe('following the engine', () => {
  it('ends without an error of its own when the engine dies in the middle of its events', async () => {
    const socket = path.join(directory, 's');
    engine = createServer((_req, res) => {
      res.write('{"Action":"create","Actor":{"ID":"a","Attributes":{"name":"b"}}}\n');
    });
    await new Promise<void>((resolve) => {
      engine.listen(socket, () => {
        resolve();
      });
    });
    const events: string[] = [];
    // An error nobody hears would fail this run: vitest reports it.
    await engineContainers(socket).follow(
      {
        connected: () => undefined,
        event: ({ action, name }) => {
          events.push(`${action} ${name}`);
          engine.closeAllConnections();
        },
      },
      new AbortController().signal,
    );
    expect(events).toEqual(['create b']);
  });

  it('skips an event that is too long, and reads the next one', async () => {
    const socket = path.join(directory, 's');
    const event = (id: string, label: string) =>
      `${JSON.stringify({ Action: 'create', Actor: { ID: id, Attributes: { name: id, label } } })}\n`;
    engine = createServer((_req, res) => {
      res.end(`${event('a', '')}${event('b', 'x'.repeat(300 * 1024))}${event('c', '')}`);
    });
    await new Promise<void>((resolve) => {
      engine.listen(socket, () => {
        resolve();
      });
    });
    const names: string[] = [];
    await engineContainers(socket).follow(
      {
        connected: () => undefined,
        event: ({ name }) => {
          names.push(name);
        },
      },
      new AbortController().signal,
    );
    expect(names).toEqual(['a', 'c']);
  });

  it('disconnects from an engine that is about to stop, and follows the next one', async () => {
    const socket = path.join(directory, 's');
    let requests = 0;
    engine = createServer((_req, res) => {
      requests++;
      res.write('\n');
    });
    await new Promise<void>((resolve) => {
      engine.listen(socket, () => {
        resolve();
      });
    });
    const containers = engineContainers(socket);
    const ending = new AbortController();
    await containers.follow(
      {
        connected: () => {
          containers.setEngineStopping(true);
        },
        event: () => undefined,
      },
      ending.signal,
    );
    let connected = () => undefined as void;
    const again = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const following = containers.follow({ connected, event: () => undefined }, ending.signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(requests).toBe(1);
    containers.setEngineStopping(false);
    await again;
    expect(requests).toBe(2);
    ending.abort();
    await following;
  });
  it('ends while it waits for the next one', async () => {
    const containers = engineContainers('/nowhere');
    const ending = new AbortController();
    containers.setEngineStopping(true);
    const following = containers.follow(
      { connected: () => undefined, event: () => undefined },
      ending.signal,
    );
    ending.abort();
    await following;
  });
});

/** The containers of an engine that gives this response to every request. */
async function containersFrom(body: string, status = 200) {
  const socket = path.join(directory, 's');
  engine = createServer((_req, res) => {
    res.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => {
    engine.listen(socket, () => {
      resolve();
    });
  });
  return engineContainers(socket);
}

describe('whether a container exists', () => {
  const id = 'a'.repeat(64);

  it.each([
    ['its own', `{"Id":"${id}"}`, 200, true],
    // Names may look like ids.
    ['that of another with its id for a name', `{"Id":"${'b'.repeat(64)}","Name":"/${id}"}`, 200, false],
    ['that there is none', '{"message":"No such container"}', 404, false],
  ])('follows from the response: %s', async (_what, body, status, exists) => {
    expect(await (await containersFrom(body, status)).exists(id)).toBe(exists);
  });

  it.each([
    ['{"message":"starting"}', 503],
    ['{', 200],
    ['{}', 200],
  ])('is unknown by the response %s with status %i', async (body, status) => {
    const containers = await containersFrom(body, status);
    await expect(containers.exists(id)).rejects.toThrow();
  });
});

describe('the list of containers', () => {
  const listFrom = async (body: string) => (await containersFrom(body)).list();

  it('has the bind sources of each', async () => {
    const mounts = '[{"Type":"bind","Source":"/a"},{"Type":"volume","Source":"/b"}]';
    expect(await listFrom(`[{"Id":"x","Names":["/n"],"Mounts":${mounts}},{"Id":"y"}]`)).toEqual([
      { id: 'x', name: 'n', binds: ['/a'] },
      { id: 'y', name: '', binds: [] },
    ]);
  });

  // By what an empty list lacks, records of running containers would be removed.
  it.each(['null', '{}', '{"message":"starting"}', '[{"Names":["/n"]}]', '[null]', '"[]"'])(
    'is unknown, and not empty, by the response %s',
    async (body) => {
      await expect(listFrom(body)).rejects.toThrow('no list of containers');
    },
  );
});
