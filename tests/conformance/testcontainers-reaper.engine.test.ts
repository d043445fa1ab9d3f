import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPrograms } from '../support/client-images.ts';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { startRegistry, type Registry } from '../support/registry.ts';

let guarded: GuardedEngine;
let registry: Registry;
let reaper: string;
beforeAll(async () => {
  [guarded, registry] = await Promise.all([startGuardedEngine(), startRegistry()]);
  reaper = `${registry.host}/testcontainers/fake-reaper:1`;
  await importPrograms(guarded.engine.socket, reaper, [process.execPath], {
    files: { '/reaper.ts': path.resolve(import.meta.dirname, '../support/fake-reaper.ts') },
    // ryuk's image has this label, too.
    changes: ['CMD ["node", "/reaper.ts"]', 'LABEL org.testcontainers.ryuk=true'],
  });
  await guarded.engine.docker('push', '-q', reaper);
});
afterAll(async () => {
  await guarded?.stop();
  await registry?.stop();
});

/**
 * Starts a session in a process of its own; resolves with the lines it printed up to the container's id, or
 * with its end.
 */
async function session() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'testcontainers-session.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: guarded.work,
      TMPDIR: guarded.work,
      DOCKER_CONFIG: '/nonexistent',
      DOCKER_HOST: `unix://${guarded.socket}`,
      RYUK_CONTAINER_IMAGE: reaper,
    },
  });
  let errors = '';
  child.stderr.on('data', (part: Buffer) => {
    errors += part.toString();
  });
  const line = await new Promise<string | null>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('close', () => {
      resolve(null);
    });
  });
  return { child, container: line, errors: () => errors };
}

describe('A1, B2: a Testcontainers session with its reaper (a fake with the same protocol)', () => {
  it('is refused while no image may have the socket, and names the setting that would allow it', async () => {
    const { container, errors } = await session();
    expect(container).toBeNull();
    expect(errors()).toMatch(
      /enhanced container isolation: mounting the Docker socket .*is blocked.*dockerSocketMount\.imageList/,
    );
  });

  it('works for a listed image; the session leaves nothing behind when its process is killed', async () => {
    await guarded.gateway.settings(
      eciOn(guarded.scratch, {
        dockerSocketMount: {
          imageList: { images: [reaper] },
          commandList: {
            type: 'allow',
            commands: ['ps', 'rm', 'container*', 'network*', 'volume*', 'version'],
          },
        },
      }),
    );
    const { child, container, errors } = await session();
    expect(container ?? errors()).toMatch(/^[0-9a-f]{64}$/);
    const e = guarded.engine.docker;
    const id = container ?? '';
    const label = 'org.testcontainers.session-id';
    const name = (await e('inspect', '-f', `{{index .Config.Labels "${label}"}}`, id)).trim();
    await e('volume', 'create', '--label', `${label}=${name}`, 'of-the-session');
    const reaperId = (await e('ps', '-q', '--no-trunc', '--filter', `ancestor=${reaper}`)).trim();
    expect(reaperId).not.toBe('');
    expect(await e('ps', '-q', '--filter', `label=${label}=${name}`)).not.toBe('');

    const removed = e('wait', id, reaperId);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(await removed).toBe('137\n0\n');
    // The reaper has ended; the engine removes it (`--rm`) afterwards.
    await expect.poll(() => e('ps', '-aq', '--filter', `label=${label}=${name}`)).toBe('');
    expect(await e('network', 'ls', '-q', '--filter', `label=${label}=${name}`)).toBe('');
    expect(await e('volume', 'ls', '-q', '--filter', `label=${label}=${name}`)).toBe('');
  });
});
