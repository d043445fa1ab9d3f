import { execFile } from 'node:child_process';
import { mkdtemp, readlink, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

const run = promisify(execFile);
let engine: IsolatedEngine;
let directory: string;
let runc: string;

/** Removes the user namespace from the configuration before runc reads it. */
const withoutUserNamespace = `
const { readFileSync, writeFileSync } = require('node:fs');
const file = process.argv[1] + '/config.json';
const spec = JSON.parse(readFileSync(file, 'utf8'));
spec.linux.namespaces = spec.linux.namespaces.filter(({ type }) => type !== 'user');
delete spec.linux.uidMappings;
delete spec.linux.gidMappings;
writeFileSync(file, JSON.stringify(spec));
`;

beforeAll(async () => {
  directory = await mkdtemp('/tmp/bulkhead-check-');
  engine = await startIsolatedEngine();
  runc = path.join(path.dirname(engine.paths.runtimeBinary), 'runc');
  await rename(runc, `${runc}.real`);
  const script = path.join(directory, 'edit.cjs');
  await writeFile(script, withoutUserNamespace.replace('process.argv[1]', 'process.argv[2]'));
  const lines = [
    '#!/bin/sh',
    'bundle=',
    'previous=',
    'for word; do [ "$previous" = --bundle ] && bundle=$word; previous=$word; done',
    `case " $* " in *" run "*|*" create "*) ${process.execPath} ${script} "$bundle" || exit 1;; esac`,
    `exec ${await readlink(`${runc}.real`).catch(() => `${runc}.real`)} "$@"`,
  ];
  await writeFile(runc, `${lines.join('\n')}\n`, { mode: 0o755 });
});
afterAll(async () => {
  await rename(`${runc}.real`, runc);
  await engine.stop();
  await rm(directory, { recursive: true });
});

const why = /runc created the container without its own user namespace; it was not started/;

it('A2: a build step that runc puts in no user namespace of its own does not run', async () => {
  await writeFile(
    path.join(directory, 'Dockerfile'),
    'FROM busybox\nRUN cat /proc/self/uid_map; echo it ran\n',
  );
  const env = {
    ...process.env,
    DOCKER_HOST: `unix://${engine.socket}`,
    DOCKER_BUILDKIT: '1',
    BUILDKIT_PROGRESS: 'plain',
  };
  const built = await run('docker', ['build', '--no-cache', directory], { env }).then(
    ({ stderr }) => `built: ${stderr}`,
    (error: unknown) => String(error),
  );
  expect(built).toMatch(why);
  expect(built).not.toMatch(/^#\d+ [\d.]+ it ran/m);
});

it('A2: a container that runc puts in no user namespace of its own does not run', async () => {
  await expect(engine.docker('run', '--rm', '--network', 'none', 'busybox', 'true')).rejects.toThrow(why);
  expect(await engine.leftoverMounts()).toEqual([]);
});
