import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineEnvironment, prepareEngineHome } from './engine-home.ts';
import { rootPaths } from '../../base/root-paths.ts';
import { requires } from '../../../tests/support/requires.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bh-home-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("the engine's environment", () => {
  const paths = rootPaths('/x');

  it('inherits nothing from the supervisor that may contain an identity', () => {
    const own = {
      HOME: '/root',
      USER: 'root',
      XDG_CONFIG_HOME: '/root/.config',
      SSH_AUTH_SOCK: '/run/agent',
      SSH_ASKPASS: '/bin/ask',
      GIT_ASKPASS: '/bin/ask',
      GIT_SSH_COMMAND: 'ssh -i /root/key',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_GLOBAL: '/root/.gitconfig',
      DOCKER_CONFIG: '/root/.docker',
      DOCKER_HOST: 'unix:///x',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      GOOGLE_APPLICATION_CREDENTIALS: '/root/key.json',
      KRB5CCNAME: 'FILE:/root/ticket',
    };
    expect(engineEnvironment(paths, {}, { ...own, PATH: '/bin' })).toEqual({
      PATH: '/x/programs:/bin',
      HOME: '/x/home',
      XDG_CONFIG_HOME: '/x/home',
      GIT_CONFIG_GLOBAL: '/x/programs/gitconfig',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    });
  });

  it('keeps proxies, the locale, and what the backend adds', () => {
    const own = {
      HTTPS_PROXY: 'http://proxy',
      no_proxy: 'x',
      TMPDIR: '/t',
      LANG: 'C.UTF-8',
      LC_ALL: 'C',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'x',
      DOCKER_TMPDIR: '/d',
    };
    expect(engineEnvironment(paths, { DOCKER_BUILDKIT_RUNC_COMMAND: '/r' }, own)).toMatchObject({
      ...own,
      DOCKER_BUILDKIT_RUNC_COMMAND: '/r',
    });
    expect(engineEnvironment(paths, {}, {})['PATH']).toBe(
      '/x/programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    );
  });
});

describe.runIf(requires('root'))("the engine's home", () => {
  it('is empty and not writable; the programs are runnable', async () => {
    const paths = rootPaths(root);
    for (let again = 0; again < 2; again++)
      expect(await prepareEngineHome(paths)).toMatchObject({ ok: true });
    const mode = async (file: string) => (await stat(file)).mode & 0o7777;
    expect(await mode(paths.home)).toBe(0o555);
    expect(await mode(path.join(paths.programs, 'ssh'))).toBe(0o755);
    expect(await mode(path.join(paths.programs, 'git'))).toBe(0o755);
  });

  it('that is not empty prevents the start, with a message that names the content', async () => {
    const paths = rootPaths(root);
    await prepareEngineHome(paths);
    await writeFile(path.join(paths.home, '.netrc'), '');
    const prepared = await prepareEngineHome(paths);
    expect(prepared).toMatchObject({
      ok: false,
      error: {
        code: 'engine.start-failed',
        reason: expect.stringContaining('.netrc') as unknown,
        hint: expect.stringContaining(paths.home) as unknown,
      },
    });
  });
});
