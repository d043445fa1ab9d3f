import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { frame } from '../../../gateway/grpc/frames.ts';
import { bridgeSolveRequest, execMessage, newContainerRequest, solveRequest } from '../../../shared/policy/buildkit-messages.ts';
import { op } from '../../../shared/policy/llb-messages.ts';
import { encoded, grpcClient, type GrpcClient } from '../../../testing/grpc-client.ts';
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

it('A5: a build\'s container is never one that somebody else has with runc, whatever id it is given', async () => {
  const base = encoded(op, { source: { identifier: 'docker-image://docker.io/library/busybox:latest', attrs: { 'image.resolvemode': 'local' } } });
  const end = encoded(op, { inputs: [{ digest: `sha256:${createHash('sha256').update(base).digest('hex')}` }] });
  const metadata = { 'buildkit-controlapi-buildid': 'steps' };
  const bridge = '/moby.buildkit.v1.frontend.LLBBridge';
  const build = client.open('/moby.buildkit.v1.Control/Solve');
  build.stream.end(frame(encoded(solveRequest, { Ref: 'steps' })));
  const request = { Definition: { def: [base, end] }, allowResultReturn: true, allowResultArrayRef: true, Evaluate: true };
  const solved = await client.call(`${bridge}/Solve`, encoded(bridgeSolveRequest, request), metadata);
  const resultID = /[a-z0-9]{25}/.exec(String(solved.messages[0]))?.[0];
  await client.call(`${bridge}/NewContainer`, encoded(newContainerRequest, { ContainerID: victim, Mounts: [{ dest: '/', resultID }] }), metadata);
  /** Starts a process there; resolves with what came back. */
  const start = async (ProcessID: string, script: string) => {
    const { stream } = client.open(`${bridge}/ExecProcess`, metadata);
    const Init = { ContainerID: victim, Meta: { args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], cwd: '/' }, Fds: [0, 1, 2] };
    stream.write(frame(encoded(execMessage, { ProcessID, Init })));
    let text = '';
    // The call itself stays open after its last message, `Done`.
    while (!text.includes('ran in') && !text.includes(`${ProcessID}:\0`)) {
      const [part] = await once(stream, 'data') as [Buffer];
      text += part.toString('latin1');
    }
    return text;
  };
  const first = start('first', 'echo ran in "$(cat /proc/self/uid_map)"; sleep 5');
  const second = start('second', 'echo ran in "$(cat /proc/self/uid_map)"; echo x > /written');
  const said = await Promise.all([first, second]);
  expect(said.join('\n')).not.toMatch(/ran in +0 +0 /);
  expect(said.join('\n')).toMatch(/ran in +0 +\d{10} +65536/);
  await expect(readFile(path.join(directory, 'rootfs/written'))).rejects.toThrow('ENOENT');
  build.stream.close();
  await build.result;
});
