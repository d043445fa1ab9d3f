import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ app: {} }));
const { autostartFile } = await import('./start-at-login.ts');

let directory = '';
beforeAll(async () => {
  directory = path.join(await mkdtemp(path.join(os.tmpdir(), 'bulkhead-autostart-')), 'autostart');
});
afterAll(() => rm(path.dirname(directory), { recursive: true }));

describe('the autostart file', () => {
  it('exists while start at login is on, creates its directory, and can be turned off twice', async () => {
    const login = autostartFile(directory, ['/opt/bulkhead-app', '--hidden']);
    expect(await login.isOn()).toBe(false);
    await login.set(true);
    expect(await login.isOn()).toBe(true);
    expect(await readFile(path.join(directory, 'bulkhead-desktop.desktop'), 'utf8')).toContain(
      '\nExec="/opt/bulkhead-app" "--hidden"\n',
    );
    await login.set(false);
    await login.set(false);
    expect(await login.isOn()).toBe(false);
  });

  it('quotes special characters of a path: none becomes a variable, command or field code', async () => {
    await autostartFile(directory, ['/opt/a b/$HOME/`id`/"x"/50%/c\\d']).set(true);
    expect(await readFile(path.join(directory, 'bulkhead-desktop.desktop'), 'utf8')).toContain(
      'Exec="/opt/a b/\\\\$HOME/\\\\`id\\\\`/\\\\"x\\\\"/50%%/c\\\\\\\\d"\n',
    );
  });

  it('counts as off where the desktop disabled it', async () => {
    const login = autostartFile(directory, ['/x']);
    for (const line of ['Hidden=true', 'X-GNOME-Autostart-enabled=false']) {
      await writeFile(
        path.join(directory, 'bulkhead-desktop.desktop'),
        `[Desktop Entry]\nType=Application\nExec=/x\n${line}\n`,
      );
      expect(await login.isOn(), line).toBe(false);
    }
  });
});
