import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../../shared/messages/message.ts';
import { dockerClient, requestFailure } from './docker-client.ts';
import { engineCommand, startHint } from './engine-command.ts';
import { rootPaths, systemRoot } from './root-paths.ts';

describe('the command that starts or stops an engine', () => {
  it.each([
    ['/var/lib/bulkhead', '--root /var/lib/bulkhead'],
    ["/srv/alice's engine", `--root '/srv/alice'\\''s engine'`],
    [systemRoot, '--target system'],
  ])('names it: %s', (root, option) => {
    expect(engineCommand('start', root)).toBe(`bulkhead engine start ${option}`);
    expect(engineCommand('stop', root)).toBe(`bulkhead engine stop ${option}`);
  });
});

describe('an engine that does not respond', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-command-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const hintOf = async (socket: string) => {
    const failure: unknown = await dockerClient(socket)
      .ping()
      .catch((error: unknown) => error);
    return requestFailure(message('app.containers-not-listed'), failure).error.hint;
  };

  it('is to be started by a command that names its directory', async () => {
    const { clientSocket, engineSocket, settings } = rootPaths(directory);
    await writeFile(settings, '{}');
    for (const socket of [clientSocket, engineSocket])
      expect(await hintOf(socket)).toBe(`Start the engine: bulkhead engine start --root ${directory}`);
  });

  it("is to be started without a command of ours if it is another program's", async () => {
    expect(await hintOf(path.join(directory, 'docker.sock'))).toBe('Start the engine.');
    expect(await hintOf(path.join(directory, 'podman.sock'))).toBe('Start the engine.');
    expect(startHint(null)).toMatchObject({ id: 'engine.start-engine' });
  });

  it('that the gateway reports as stopped is found by its socket, too', async () => {
    const { clientSocket, settings } = rootPaths(directory);
    await writeFile(settings, '{}');
    const gateway = createServer((_, response) => response.writeHead(503).end('{}')).listen(clientSocket);
    await once(gateway, 'listening');
    expect(await hintOf(clientSocket)).toContain(`--root ${directory}`);
    gateway.close();
  });
});
