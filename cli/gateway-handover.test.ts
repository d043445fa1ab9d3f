import { existsSync } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { gatewayProgram, startGatewayService } from '../tests/support/gateway-service.ts';
import { sendJson, sendRaw } from '../tests/support/raw-http.ts';
import { requires } from '../tests/support/requires.ts';

const settings = JSON.stringify({
  configurationFileVersion: 2,
  enhancedContainerIsolation: { value: true, dockerSocketMount: { imageList: { images: ['*'] } } },
});
const container = 'c'.repeat(64);
const image = `sha256:${'1'.repeat(64)}`;

/** An engine with one image, in which one container is created, after `beforeCreate`. */
function fakeEngine(beforeCreate: () => Promise<void> = () => Promise.resolve()) {
  let lists = 0;
  /** The socket that the container has been created with. */
  let source: string | null = null;
  const mounts = () => (source === null ? [] : [{ Type: 'bind', Source: source, Destination: '/s' }]);
  const create = async (body: string): Promise<object> => {
    await beforeCreate();
    const { HostConfig: host } = JSON.parse(body) as { HostConfig: { Mounts: [{ Source: string }] } };
    source = host.Mounts[0].Source;
    return { Id: container, Warnings: [] };
  };
  const answer = async (url: string, body: string): Promise<object | null> => {
    if (url === '/_ping') return {};
    if (url.startsWith('/images/')) return { Id: image, RepoTags: ['app:1'], RepoDigests: [] };
    if (url.endsWith('/containers/create')) return create(body);
    if (url.startsWith('/containers/json')) {
      lists++;
      return source === null ? [] : [{ Id: container, Names: ['/c'], Mounts: mounts() }];
    }
    if (url.endsWith('/start')) return {};
    return source !== null && url.startsWith('/containers/')
      ? {
          ...{ Id: container, Name: '/c', Image: image, Mounts: mounts() },
          ...{ Config: { Image: 'app:1' }, HostConfig: { Runtime: 'bulkhead' } },
        }
      : null;
  };
  return {
    socket: (): string => source ?? '',
    lists: () => lists,
    respond: (request: IncomingMessage, response: ServerResponse) => {
      const { url = '' } = request;
      if (url.startsWith('/events')) {
        response.write('\n');
        return;
      }
      void text(request)
        .then((body) => answer(url, body))
        .then((answered) => {
          response.writeHead(answered === null ? 404 : url.endsWith('/create') ? 201 : 200);
          response.end(JSON.stringify(answered ?? { message: 'no such object' }));
        });
    },
  };
}

const createContainer = (socket: string) =>
  sendJson(
    socket,
    'POST',
    '/v1.45/containers/create',
    JSON.stringify({ Image: 'app:1', HostConfig: { Binds: [`${socket}:/var/run/docker.sock`] } }),
  );
const ping = (socket: string) =>
  sendRaw(socket, 'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n');

/** A gateway whose successor writes `FAULT-loading` when it loads, and waits until `FAULT` is removed. */
const waiting = `import { existsSync, writeFileSync } from 'node:fs';
  if (process.env.BULKHEAD_REPLACES_PARENT !== undefined) {
    writeFileSync(process.env.FAULT + '-loading', '');
    while (existsSync(process.env.FAULT)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  ${gatewayProgram}`;

describe.runIf(requires('python3'))('the Docker socket of a container', { timeout: 90_000 }, () => {
  it('that is created while a successor loads is served by the successor', async () => {
    const engine = fakeEngine();
    const service = await startGatewayService(waiting, settings, engine.respond);
    const { gateway, notified, socket, fault, mainPid, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      await writeFile(fault, '');
      gateway.kill('SIGHUP');
      await expect.poll(() => existsSync(`${fault}-loading`)).toBe(true);
      expect(await createContainer(socket)).toMatchObject({ status: 201 });
      // As a running container has it mounted.
      const mounted = path.join(path.dirname(socket), 'mounted.sock');
      await link(engine.socket(), mounted);
      expect(await ping(mounted)).toMatchObject({ status: 200 });
      await rm(fault);
      await expect.poll(() => notified.filter((line) => line === 'READY=1')).toHaveLength(2);
      expect(mainPid()).not.toBe(gateway.pid);
      expect(await ping(mounted)).toMatchObject({ status: 200 });
    } finally {
      await stop();
    }
  });

  it('whose creation was under way at the hand-over works afterwards', async () => {
    let isRequested = false;
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const engine = fakeEngine(() => {
      isRequested = true;
      return released;
    });
    const service = await startGatewayService(gatewayProgram, settings, engine.respond);
    const { gateway, notified, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const creating = createContainer(socket);
      await expect.poll(() => isRequested).toBe(true);
      const before = engine.lists();
      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1')).toHaveLength(2);
      // The successor compares its sockets with the containers.
      await expect.poll(() => engine.lists()).toBeGreaterThan(before);
      release();
      expect(await creating).toMatchObject({ status: 201 });
      const mounted = path.join(path.dirname(socket), 'mounted.sock');
      await link(engine.socket(), mounted);
      const started = await sendJson(socket, 'POST', `/v1.45/containers/${container}/start`, '');
      expect(started.text).toMatch(/^HTTP.1.1 200/);
      expect(await ping(mounted)).toMatchObject({ status: 200 });
    } finally {
      await stop();
    }
  });
});
