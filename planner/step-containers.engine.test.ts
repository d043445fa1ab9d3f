import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBuildContainer } from '../tests/support/build-container.ts';
import { grpcClient, type GrpcClient } from '../tests/support/grpc-client.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

// A client that drives its build itself, or a frontend inside the daemon, chooses the id of a container. For
// the second process in it BuildKit runs `runc exec` with that id and without --root: without protection, on
// any container with that id in runc's default root.

const run = promisify(execFile);
const victim = `victim${process.pid}x0123456789`;
let directory: string, engine: IsolatedEngine, client: GrpcClient;

beforeAll(async () => {
  directory = await mkdtemp('/tmp/bulkhead-steps-');
  const at = (...names: string[]) => path.join(directory, ...names);
  await mkdir(at('rootfs/bin'), { recursive: true });
  for (const name of ['proc', 'dev', 'sys']) await mkdir(at('rootfs', name));
  await copyFile('/bin/busybox', at('rootfs/bin/busybox'));
  for (const name of ['sh', 'sleep', 'cat']) await symlink('busybox', at('rootfs/bin', name));
  await run('runc', ['spec'], { cwd: directory });
  const spec = JSON.parse(await readFile(at('config.json'), 'utf8')) as {
    process: { args: string[]; terminal: boolean };
    root: { readonly: boolean };
  };
  spec.process.args = ['/bin/sleep', '600'];
  spec.process.terminal = false;
  spec.root.readonly = false;
  await writeFile(at('config.json'), JSON.stringify(spec));
  const [code] = (await once(
    spawn('runc', ['run', '-d', victim], { cwd: directory, stdio: 'ignore' }),
    'close',
  )) as [number];
  expect(code).toBe(0);
  engine = await startIsolatedEngine();
  client = await grpcClient(engine.socket);
});
afterAll(async () => {
  client?.close();
  await engine?.stop();
  await run('runc', ['delete', '--force', victim]);
  await rm(directory, { recursive: true });
});

/** Runs processes in a build container with the id `id`; returns their results. */
async function inBuild(id: string, ...scripts: string[]): Promise<string[]> {
  const container = await makeBuildContainer(client, id, `steps-${id}`);
  const output = await Promise.all(scripts.map((script) => container.run(script)));
  await container.end();
  return output;
}

const ranIn = 'echo ran in "$(cat /proc/self/uid_map)"';

it("A5: a build container is never another one of runc's, whatever its id", async () => {
  const output = (await inBuild(victim, `${ranIn}; sleep 5`, `${ranIn}; echo x > /written`)).join('\n');
  expect(output).not.toMatch(/ran in +0 +0 /);
  expect(output).toMatch(/ran in +0 +\d{10} +65536/);
  await expect(readFile(path.join(directory, 'rootfs/written'))).rejects.toThrow('ENOENT');
});

it('A3: a build container is not mistaken for one of the engine, whose user has ranges', async () => {
  const ended = (await engine.docker('create', 'busybox', 'true')).trim();
  expect((await inBuild(ended, ranIn)).join('')).toContain(`a step of a build may not be called ${ended}`);
});
