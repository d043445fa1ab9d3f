import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAgent, type Agent } from '../../../tests/support/ssh-agent.ts';
import { startGitServer, type GitServer } from '../../../tests/support/git-server.ts';
import { embeddedEngine, type EmbeddedEngine } from '../../../tests/support/embedded-engine.ts';
import { startBareEngine, type BareEngine } from '../../../tests/support/real-engine.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { prepareEngineHome } from '../guarded/engine-home.ts';
import { engineUnits } from '../system/unit-names.ts';
import { dropInFile, unitFiles } from '../system/units.ts';

/**
 * What git and ssh of a build find in an engine that was started with root's home. It contains a credential
 * helper, a rewritten address and ~/.netrc; the environment has an SSH agent. Root's keys are at the paths
 * that ssh itself reports (`ssh -G`).
 */
const run = promisify(execFile);
let scratch: string;
let home: string;
let recordDirectory: string;
let server: GitServer;
let bare: BareEngine;
let embedded: EmbeddedEngine;
let dropIn: BareEngine;
let agent: Agent;
const before = { ...process.env };

beforeAll(async () => {
  scratch = await mkdtemp('/tmp/bulkhead-home-');
  home = path.join(scratch, 'root');
  recordDirectory = path.join(scratch, 'record');
  const programs = path.join(scratch, 'programs');
  const repositories = path.join(scratch, 'repositories');
  for (const directory of [home, recordDirectory, programs, repositories])
    await mkdir(directory, { recursive: true });
  server = await startGitServer(repositories);
  const at = `http://127.0.0.1:${server.port}`;
  await server.addRepository('plain');
  await server.addRepository('private', `${at}/private/x.git`);
  await server.addRepository('rewritten', 'http://rewritten.invalid/x.git');
  await server.addRepository('over-ssh', 'ssh://git@127.0.0.1:9/x.git');
  await writeFile(
    path.join(home, '.gitconfig'),
    [
      `[credential]\n\thelper = "!f() { echo used > ${recordDirectory}/helper; echo username=root; ` +
        'echo password=secret; }; f"',
      `[url "${at}/private/of-root/"]\n\tinsteadOf = http://rewritten.invalid/`,
      '',
    ].join('\n'),
  );
  await writeFile(path.join(home, '.netrc'), 'machine 127.0.0.1 login netrc password netrc\n', {
    mode: 0o600,
  });
  // In place of the machine's ssh: prints how the real one would interpret its arguments, and connects to
  // nobody.
  await writeFile(
    path.join(programs, 'ssh'),
    `#!/bin/sh\n{ env; ssh-add -L 2>/dev/null; /usr/bin/ssh -G "$@"; } > ${recordDirectory}/ssh\nexit 255\n`,
  );
  await chmod(path.join(programs, 'ssh'), 0o755);
  agent = await openAgent(scratch);
  const own = { HOME: home, PATH: `${programs}:${process.env['PATH'] ?? ''}`, SSH_AUTH_SOCK: agent.socket };
  bare = await startBareEngine({ env: own });
  Object.assign(process.env, own);
  dropIn = await startBareEngine({ environment: await environmentOfDropIn(programs), busybox: false });
  embedded = await embeddedEngine();
  await embedded.start();
});
afterAll(async () => {
  process.env['HOME'] = before['HOME'];
  process.env['PATH'] = before['PATH'];
  delete process.env['SSH_AUTH_SOCK'];
  await embedded?.dispose();
  await dropIn?.stop();
  await bare?.stop();
  server?.close();
  await agent?.close();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const name of await readdir(recordDirectory)) await rm(path.join(recordDirectory, name));
  server.requests.length = 0;
});

/**
 * The environment of the machine's own engine with the drop-in that an installation writes; `programs` are
 * next in its PATH.
 */
async function environmentOfDropIn(programs: string): Promise<Record<string, string>> {
  const paths = rootPaths(path.join(scratch, 'installed'));
  expect(await prepareEngineHome(paths)).toMatchObject({ ok: true });
  const files = unitFiles({ paths, bulkheadCommand: '/usr/bin/bulkhead', group: 'docker', lxcfs: false });
  const text = files.find((file) => file.path === dropInFile(engineUnits.service))?.text ?? '';
  const lines = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  const set = lines('Environment')
    .map((line) => line.slice(1, -1).replaceAll('%%', '%'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
    // Our runtime is not installed beside this engine.
    .filter(([name]) => name !== 'DOCKER_BUILDKIT_RUNC_COMMAND');
  const unset = new Set(lines('UnsetEnvironment').flatMap((line) => line.split(' ')));
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || unset.has(name) ? [] : [[name, value] as const],
  );
  const environment = { ...Object.fromEntries(inherited), ...Object.fromEntries(set) };
  return { ...environment, PATH: (environment['PATH'] ?? '').replace(':', `:${programs}:`) };
}

/** Has an engine build from an address. The value is its whole output. */
async function build(socket: string, remote: string, version: '1' | '2'): Promise<string> {
  const target = `http://localhost/build?version=${version}&remote=${encodeURIComponent(remote)}&nocache=1`;
  const { stdout } = await run('curl', ['-s', '--unix-socket', socket, '-X', 'POST', target], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
const repository = (name: string) => `http://127.0.0.1:${server.port}/${name}.git`;
const recorded = (name: string) => readFile(path.join(recordDirectory, name), 'utf8').catch(() => '');
/** Which of root's credentials were used. */
async function used(): Promise<Record<string, boolean>> {
  const ssh = await recorded('ssh');
  return {
    helper: (await recorded('helper')) !== '',
    credentials: server.requests.some(({ authorization }) => authorization !== ''),
    rewritten: server.requests.some((request) => request.path.startsWith('/private/of-root/')),
    keys: /^identityfile ~\/\.ssh\//m.test(ssh),
    agent: ssh.includes(`SSH_AUTH_SOCK=${agent.socket}`),
  };
}
const nothing = { helper: false, credentials: false, rewritten: false, keys: false, agent: false };

describe("root's identity in git and ssh", () => {
  it.each<['1' | '2', string, () => string, Partial<typeof nothing>]>([
    ['1', 'a submodule behind a password', () => repository('private'), { helper: true, credentials: true }],
    [
      '1',
      'a submodule whose address root rewrites',
      () => repository('rewritten'),
      { rewritten: true, helper: true, credentials: true },
    ],
    ['1', 'a submodule over ssh', () => repository('over-ssh'), { keys: true, agent: true }],
    ['1', 'a context over ssh', () => 'git@127.0.0.1:x.git', { keys: true, agent: true }],
    ['2', 'a submodule over ssh', () => repository('over-ssh'), { keys: true }],
  ])(
    'builder %s, %s: a bare engine uses it, ours and one with the drop-in do not',
    async (version, _name, remote, accepted) => {
      const bareResponse = await build(bare.socket, remote(), version);
      expect(await used(), bareResponse).toEqual({ ...nothing, ...accepted });
      server.requests.length = 0;
      for (const socket of [embedded.paths.engineSocket, dropIn.socket]) {
        for (const name of await readdir(recordDirectory)) await rm(path.join(recordDirectory, name));
        const answer = await build(socket, remote(), version);
        expect(await used(), answer).toEqual(nothing);
        // It was attempted, and failed there.
        if (accepted.keys === true) expect(await recorded('ssh')).toMatch(/^identityfile none$/m);
        else expect(answer).toMatch(/private|rewritten\.invalid/);
      }
    },
  );

  it("ssh neither reads nor writes root's known hosts, and does not prompt", async () => {
    await build(embedded.paths.engineSocket, repository('over-ssh'), '2');
    const ssh = await recorded('ssh');
    expect(ssh).toMatch(/^userknownhostsfile \/dev\/null$/m);
    expect(ssh).toMatch(/^batchmode yes$/m);
    expect(ssh).not.toMatch(/^(?:SSH_AUTH_SOCK|SSH_ASKPASS|GIT_ASKPASS)=/m);
    expect(ssh).toMatch(/^HOME=\/dev\/null$/m);
  });

  it.each(['1', '2'] as const)(
    'builder %s still builds from a repository that asks for nothing',
    async (version) => {
      expect(await build(embedded.paths.engineSocket, repository('plain'), version)).toMatch(
        /Successfully built|moby\.image\.id/,
      );
    },
  );

  it("BuildKit fetches over ssh with the keys of the client's agent", async () => {
    const client = { ...process.env, HOME: scratch, DOCKER_HOST: `unix://${embedded.paths.clientSocket}` };
    await run('docker', ['buildx', 'build', '--ssh', `default=${agent.socket}`, 'git@127.0.0.1:x.git'], {
      env: client,
    }).catch(() => undefined);
    const ssh = await recorded('ssh');
    expect(ssh).toContain(agent.publicKey);
    expect(ssh).not.toContain(`SSH_AUTH_SOCK=${agent.socket}\n`);
    expect(ssh).toMatch(/^identityfile none$/m);
    expect(ssh).toMatch(/^identitiesonly no$/m);
  });

  it('the engine has an empty home of its own, and of the environment only what it needs', async () => {
    const dockerd = (await embedded.state()).dockerd?.pid ?? 0;
    const environment = (await readFile(`/proc/${dockerd}/environ`, 'utf8')).split('\0');
    expect(environment).toContain(`HOME=${embedded.paths.home}`);
    expect(environment.some((line) => line.startsWith('SSH_AUTH_SOCK='))).toBe(false);
    expect(await readdir(embedded.paths.home)).toEqual([]);
    expect((await stat(embedded.paths.home)).mode & 0o7777).toBe(0o555);
  });
});
