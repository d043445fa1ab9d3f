import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { message } from '../../../shared/messages/message.ts';
import { queryEngine } from './target.ts';
import { requires } from '../../../tests/support/requires.ts';

const run = promisify(execFile);
let directory: string;
let close: () => void = () => undefined;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-machine-');
});
afterEach(async () => {
  close();
  await rm(directory, { recursive: true });
});
const socket = () => path.join(directory, 'docker.sock');
async function engine(answer: RequestListener): Promise<void> {
  const server = createServer(answer);
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  await new Promise<void>((resolve) => {
    server.listen(socket(), resolve);
  });
}
const info = {
  Containers: 1,
  ContainersRunning: 1,
  Images: 1,
  Driver: 'overlay2',
  KernelVersion: '6',
  OperatingSystem: 'Debian',
  DefaultRuntime: 'runc',
  ServerVersion: '26',
  Name: 'box',
  DockerRootDir: '/var/lib/docker',
};

it('an engine without a listener is stopped: no socket, or a leftover one', async () => {
  expect(await queryEngine(socket())).toEqual({ phase: 'stopped' });
  await run(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(socket())}, () => process.kill(process.pid, ` +
      "'SIGKILL'))",
  ]).catch(() => undefined);
  expect(await queryEngine(socket())).toEqual({ phase: 'stopped' });
});

it('an engine that responds is ready', async () => {
  await engine((_, response) => {
    response.end(JSON.stringify(info));
  });
  expect(await queryEngine(socket())).toEqual({ phase: 'ready', info });
});

it('an engine that is slow, or sends an invalid response, is not reported as stopped', async () => {
  let answers: RequestListener = () => undefined;
  await engine((request, response) => {
    answers(request, response);
  });
  expect(await queryEngine(socket(), 100)).toMatchObject({
    phase: 'unreachable',
    why: { text: expect.stringContaining('did not respond within') as string },
  });
  answers = (_, response) => {
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"no"}');
  };
  expect(await queryEngine(socket())).toMatchObject({
    phase: 'unreachable',
    why: { text: 'The engine responded with an error: no' },
  });
  answers = (_, response) => {
    response.end('{}');
  };
  expect(await queryEngine(socket())).toMatchObject({
    phase: 'unreachable',
    why: { text: expect.stringContaining('does not understand') as string },
  });
});

it.runIf(requires('root'))('nor is one that this user may not ask: it says what to do', async () => {
  await engine((_, response) => {
    response.end(JSON.stringify(info));
  });
  await chmod(socket(), 0o600);
  await chmod(directory, 0o755);
  const script =
    `const { queryEngine } = await import(${JSON.stringify(new URL('target.ts', import.meta.url).href)}); ` +
    'process.setgroups([]); process.setgid(65534); process.setuid(65534); ' +
    `console.log(JSON.stringify(await queryEngine(${JSON.stringify(socket())})));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  expect(JSON.parse(stdout)).toEqual({
    phase: 'unreachable',
    why: message('engine.user-needs-docker-group'),
  });
});
