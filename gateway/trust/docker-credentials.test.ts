import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerCredentials } from './docker-credentials.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync('/tmp/bulkhead-credentials-');
});
afterEach(() => {
  rmSync(home, { recursive: true });
});
const auth = Buffer.from('me:pass:word').toString('base64');
const store = (config: unknown) => {
  writeFileSync(path.join(home, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
};
const lookUp = (server: string, env: NodeJS.ProcessEnv = {}) =>
  dockerCredentials({ DOCKER_CONFIG: home, ...env }).lookUp(server);
const mine = { kind: 'password', user: 'me', password: 'pass:word' };
/** A credential helper in a directory of its own. */
function helper(name: string, script: string): string {
  const directory = path.join(home, 'bin');
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(directory, `docker-credential-${name}`), 0o755);
  return `${directory}:/usr/bin:/bin`;
}

describe('what docker login stored', () => {
  it('is found by host, however the host is written', async () => {
    store({
      auths: {
        'https://index.docker.io/v1/': { auth },
        'https://r.example/v2/': { auth },
        'localhost:5000': { username: 'me', password: 'pass:word' },
        'r.token': { auth, identitytoken: 'refresh' },
      },
    });
    expect(await lookUp('https://index.docker.io/v1/')).toEqual(mine);
    expect(await lookUp('r.example')).toEqual(mine);
    expect(await lookUp('localhost:5000')).toEqual(mine);
    expect(await lookUp('r.token')).toEqual({ kind: 'identity-token', token: 'refresh' });
    for (const other of ['localhost', 'example', 'x.r.example', 'r.example:443', 'r.example.evil'])
      expect(await lookUp(other), other).toBeNull();
  });

  it.each([
    '',
    'nonsense',
    '[]',
    '{"auths":[]}',
    '{"auths":{"r.example":null}}',
    '{"auths":{"r.example":{"auth":"!!"}}}',
    '{"credsStore":7}',
  ])('nothing in %j', async (text) => {
    store(text);
    expect(await lookUp('r.example')).toBeNull();
  });

  it('nothing without a file', async () => {
    expect(await lookUp('r.example')).toBeNull();
    expect(await dockerCredentials({ HOME: home }).lookUp('r.example')).toBeNull();
  });

  it('a helper is run, its own server on stdin; a token by <token>', async () => {
    store({ credHelpers: { 'r.example': 'one' }, credsStore: 'two' });
    const PATH = helper(
      'one',
      'read s; printf \'{"ServerURL":"%s","Username":"%s","Secret":"s"}\' "$s" "$s-$1"',
    );
    helper('two', 'echo \'{"Username":"<token>","Secret":"t"}\'');
    expect(await lookUp('r.example', { PATH })).toEqual({
      kind: 'password',
      user: 'r.example-get',
      password: 's',
    });
    expect(await lookUp('other.example', { PATH })).toEqual({ kind: 'identity-token', token: 't' });
  });

  it('a helper that knows nothing leaves it to the file', async () => {
    store({ credsStore: 'none', auths: { 'r.example': { auth } } });
    expect(
      await lookUp('r.example', {
        PATH: helper('none', 'echo "credentials not found in native keychain"; exit 1'),
      }),
    ).toEqual(mine);
  });

  it.each([
    ['fails', 'exit 1', /failed/],
    ['prints something unparseable', 'echo hello', /returned nothing readable/],
    ['prints without end', 'yes', /failed/],
  ])('a helper that %s is an error, without what it printed', async (_, script, message) => {
    store({ credsStore: 'bad' });
    await expect(lookUp('r.example', { PATH: helper('bad', script) })).rejects.toThrow(message);
  });

  it('only a plain name, and only from absolute directories of PATH', async () => {
    store({ credsStore: '../evil' });
    await expect(lookUp('r.example', { PATH: '/usr/bin' })).rejects.toThrow(/not the name/);
    store({ credsStore: 'local' });
    helper('local', 'echo \'{"Username":"u","Secret":"s"}\'');
    await expect(
      lookUp('r.example', { PATH: `.:${path.relative(process.cwd(), path.join(home, 'bin'))}:` }),
    ).rejects.toThrow(/not in PATH/);
  });
});
