import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile, chown, chmod } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { asUser } from './as-user.ts';
import { contextName, findContext, removeContexts, selectContext, storeContext } from './docker-context.ts';
import { requires } from '../../tests/support/requires.ts';

/** What another process does before a file is removed. */
const meanwhile = vi.hoisted(() => ({ remove: (_file: string): void => undefined }));
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const rmSync: typeof fs.rmSync = (file, options) => {
    meanwhile.remove(String(file));
    fs.rmSync(file, options);
  };
  return { ...fs, rmSync };
});

const run = promisify(execFile);
let directory: string;
let config: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-context-'));
  config = path.join(directory, '.docker');
});
afterEach(() => rm(directory, { recursive: true }));

const engine = (name = 'bulkhead-x') => ({ name, root: directory, socket: `${directory}/docker.sock` });
const docker = async (...args: string[]): Promise<string> =>
  (await run('docker', ['--config', config, ...args], { env: { PATH: process.env['PATH'] } })).stdout.trim();
const names = async (): Promise<string[]> =>
  (await docker('context', 'ls', '--format', '{{.Name}}')).split('\n');

test('a context is named after the directory, except for the usual one', () => {
  expect(contextName('/var/lib/bulkhead', '/var/lib/bulkhead')).toBe('bulkhead');
  expect(contextName('/srv/my engine', '/var/lib/bulkhead')).toBe('bulkhead-my-engine');
});

describe('a context of the docker CLI', () => {
  it('is read by docker, and selected only on request', async () => {
    expect(storeContext(config, engine())).toBe('stored');
    expect(storeContext(config, engine())).toBe('stored');
    expect(await docker('context', 'inspect', 'bulkhead-x', '-f', '{{.Endpoints.docker.Host}}')).toBe(
      `unix://${directory}/docker.sock`,
    );
    expect(await docker('context', 'show')).toBe('default');
    await writeFile(path.join(config, 'config.json'), '{"auths": {"r": {}}}');
    selectContext(config, 'bulkhead-x');
    expect(await docker('context', 'show')).toBe('bulkhead-x');
    expect(JSON.parse(await readFile(path.join(config, 'config.json'), 'utf8'))).toHaveProperty('auths.r');
  });

  it('is found by its engine, with whether docker uses it', async () => {
    expect(findContext(config, directory)).toBeNull();
    storeContext(config, engine());
    expect(findContext(config, directory)).toEqual({ name: 'bulkhead-x', selected: false });
    expect(findContext(config, '/another')).toBeNull();
    selectContext(config, 'bulkhead-x');
    expect(findContext(config, directory)).toEqual({ name: 'bulkhead-x', selected: true });
  });

  it('made by another program is neither overwritten nor removed', async () => {
    await docker('context', 'create', 'bulkhead-x', '--docker', `host=unix://${directory}/docker.sock`);
    expect(storeContext(config, engine())).toBe('foreign');
    expect(removeContexts(config, directory)).toEqual([]);
    expect(await names()).toContain('bulkhead-x');
  });

  it('is removed with its engine, or once the directory is gone; a selected one stays', async () => {
    storeContext(config, engine());
    storeContext(config, { ...engine('bulkhead-gone'), root: path.join(directory, 'gone') });
    expect(removeContexts(config, null)).toEqual([]);
    expect(await names()).toEqual(['bulkhead-x', 'default']);
    selectContext(config, 'bulkhead-x');
    expect(removeContexts(config, directory)).toEqual(['bulkhead-x']);
    expect(await names()).toContain('bulkhead-x');
    await docker('context', 'use', 'default');
    expect(removeContexts(config, directory)).toEqual([]);
    expect(await names()).toEqual(['default']);
  });

  it('of a directory that is gone may be removed by another command at the same time', () => {
    storeContext(config, { ...engine('bulkhead-gone'), root: path.join(directory, 'gone') });
    const removed = vi.spyOn(meanwhile, 'remove').mockImplementationOnce((file) => {
      rmSync(file, { recursive: true });
    });
    expect(removeContexts(config, null)).toEqual([]);
    expect(removed).toHaveBeenCalled();
    expect(findContext(config, path.join(directory, 'gone'))).toBeNull();
  });

  it('is not selected in a config.json that is not JSON', async () => {
    await mkdir(config);
    await writeFile(path.join(config, 'config.json'), '{');
    expect(() => {
      selectContext(config, 'bulkhead-x');
    }).toThrow();
    expect(await readFile(path.join(config, 'config.json'), 'utf8')).toBe('{');
  });

  it.runIf(requires('root'))("is made with its user's rights alone", async () => {
    const user = { uid: 65534, gid: 65534 };
    await chmod(directory, 0o755);
    const home = path.join(directory, 'home');
    const rootOnly = path.join(directory, 'root-only');
    await Promise.all([mkdir(home), mkdir(rootOnly)]);
    await chown(home, user.uid, user.gid);
    const own = path.join(home, '.docker');
    asUser(user, [user.gid], () => storeContext(own, engine()));
    expect(await stat(own)).toMatchObject(user);
    await symlink(rootOnly, path.join(home, 'linked'));
    expect(() => asUser(user, [user.gid], () => storeContext(path.join(home, 'linked'), engine()))).toThrow(
      'EACCES',
    );
    expect(process.geteuid?.()).toBe(0);
  });
});
