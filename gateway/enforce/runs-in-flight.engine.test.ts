import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
});
afterAll(() => guarded.stop());

/** A container that is not isolated, as a client makes one while ECI is off. */
const createPlain = (name: string, ...options: string[]) =>
  guarded.engine.docker('create', '--name', name, '--runtime=runc', ...options, 'busybox', 'echo', 'began');
const exists = async (name: string) => (await guarded.sh(`docker inspect ${name}`)).code === 0;

it('a refused start of `docker run --rm` removes the container: the client waits for that', async () => {
  await createPlain('once', '--rm', '-v', '/data');
  const wait = request({
    socketPath: guarded.socket,
    path: '/v1.45/containers/once/wait?condition=removed',
    method: 'POST',
    agent: false,
  }).end();
  // The engine answers with headers as soon as it waits, and with the body when the container is removed.
  const [waiting] = (await once(wait, 'response')) as [IncomingMessage];
  const started = await guarded.sh('docker start once');
  expect(started.stderr).toContain('once');
  expect(started.code).not.toBe(0);
  expect(await json(waiting)).toMatchObject({ StatusCode: 0 });
  expect(await exists('once')).toBe(false);
  expect((await guarded.sh('docker volume ls -q')).stdout).toBe('');
});

it('any other container is kept', async () => {
  await createPlain('kept');
  expect((await guarded.sh('docker start kept')).code).not.toBe(0);
  expect(await exists('kept')).toBe(true);
});

it('a run that began just before ECI came on is finished; what is made after it is refused', async () => {
  const off = { configurationFileVersion: 2, enhancedContainerIsolation: { locked: false, value: false } };
  await guarded.gateway.settings(off);
  expect((await guarded.sh('docker version')).code).toBe(0);
  await createPlain('under-way', '--rm');
  await guarded.gateway.settings(eciOn(guarded.scratch));
  const finished = await guarded.sh('docker start -a under-way');
  expect(finished).toEqual({ code: 0, stdout: 'began\n', stderr: '' });

  await createPlain('later');
  expect((await guarded.sh('docker start later')).stderr).toContain('was not created under');
});
