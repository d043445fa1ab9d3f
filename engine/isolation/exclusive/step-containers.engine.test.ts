import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frame } from '../../../shared/grpc/frames.ts';
import { bridgeSolveRequest, execMessage, newContainerRequest, solveRequest } from '../../../shared/policy/buildkit-messages.ts';
import { op } from '../../../shared/policy/llb-messages.ts';
import { encoded } from '../../../shared/policy/protobuf-plain.ts';
import { grpcClient, type GrpcClient } from '../../../testing/grpc-client.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../../../testing/isolated-engine.ts';

// A client that drives its build, or a frontend inside the daemon, says the id of a container. Of the second process in it BuildKit makes a
// `runc exec`, by that id and with no --root: whoever's container that is in runc's default root.

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
  const spec = JSON.parse(await readFile(at('config.json'), 'utf8')) as { process: { args: string[]; terminal: boolean }; root: { readonly: boolean } };
  spec.process.args = ['/bin/sleep', '600'];
  spec.process.terminal = false;
  spec.root.readonly = false;
  await writeFile(at('config.json'), JSON.stringify(spec));
  const [code] = await once(spawn('runc', ['run', '-d', victim], { cwd: directory, stdio: 'ignore' }), 'close') as [number];
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

/** Two processes in a container of a build's that is called `ContainerID`; what came of each. */
async function inBuild(ContainerID: string, ...scripts: string[]): Promise<string[]> {
  const base = encoded(op, { source: { identifier: 'docker-image://docker.io/library/busybox:latest', attrs: { 'image.resolvemode': 'local' } } });
  const end = encoded(op, { inputs: [{ digest: `sha256:${createHash('sha256').update(base).digest('hex')}` }] });
  const ref = `steps-${ContainerID}`;
  const metadata = { 'buildkit-controlapi-buildid': ref };
  const bridge = '/moby.buildkit.v1.frontend.LLBBridge';
  const build = client.open('/moby.buildkit.v1.Control/Solve');
  build.stream.end(frame(encoded(solveRequest, { Ref: ref })));
  const request = { Definition: { def: [base, end] }, allowResultReturn: true, allowResultArrayRef: true, Evaluate: true };
  const solved = await client.call(`${bridge}/Solve`, encoded(bridgeSolveRequest, request), metadata);
  const resultID = /[a-z0-9]{25}/.exec(Buffer.from(solved.messages[0] ?? []).toString('latin1'))?.[0] ?? '';
  await client.call(`${bridge}/NewContainer`, encoded(newContainerRequest, { ContainerID, Mounts: [{ dest: '/', resultID }] }), metadata);
  const said = await Promise.all(scripts.map((script, i) => {
    const ProcessID = `process${i}`;
    const { stream } = client.open(`${bridge}/ExecProcess`, metadata);
    const Init = { ContainerID, Meta: { args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' }, Fds: [0, 1, 2] };
    stream.write(frame(encoded(execMessage, { ProcessID, Init })));
    return new Promise<string>((resolve) => {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString('latin1');
        // The call itself stays open: also after its last message, and where the runtime refuses without one.
        if (['ran in', 'bulkhead:', `${ProcessID}:\0`].some((end) => text.includes(end))) resolve(text);
      });
    });
  }));
  build.stream.close();
  await build.result;
  return said;
}

const ranIn = 'echo ran in "$(cat /proc/self/uid_map)"';

it('A5: a build\'s container is never one that somebody else has with runc, whatever id it is given', async () => {
  const said = (await inBuild(victim, `${ranIn}; sleep 5`, `${ranIn}; echo x > /written`)).join('\n');
  expect(said).not.toMatch(/ran in +0 +0 /);
  expect(said).toMatch(/ran in +0 +\d{10} +65536/);
  await expect(readFile(path.join(directory, 'rootfs/written'))).rejects.toThrow('ENOENT');
});

it('A3: a build\'s container is not taken for one of the engine\'s, whose user has ranges of his own', async () => {
  const ended = (await engine.docker('create', 'busybox', 'true')).trim();
  expect((await inBuild(ended, ranIn)).join('')).toContain(`a step of a build may not be called ${ended}`);
});
