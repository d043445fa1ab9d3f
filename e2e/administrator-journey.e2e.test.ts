import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead, setStage, type AppWindow, type Stage } from './app.ts';
import { pageObjects } from './page-objects.ts';
import { importPrograms } from '../tests/support/client-images.ts';
import { idMapOfRun } from '../tests/support/id-map-exit-code.ts';
import { startRegistry, type Registry } from '../tests/support/registry.ts';

// The main story, as an admin lives it. The steps build on each other.
const daemonJson = '{\n\t"debug": false,   "labels": [ "owner=somebody" ]\n}\n';
let stage: Stage;
let window: AppWindow;
let pages: ReturnType<typeof pageObjects>;
let shared = '';
/** A directory that is requested for a container, and that is not shared. */
let wanted = '';
let registry: Registry;
/** An image with a Docker client in it, served by the registry. */
let client = '';
let before: { images: string; volumes: string };

const imagesAndVolumes = async () => ({
  images: await stage.docker('image', 'ls', '--no-trunc', '-q'),
  volumes: await stage.docker('volume', 'ls', '-q'),
});
const uidMap = (text: string) => text.trim().split(/\s+/).map(Number);
/** Rejects with the output of Docker's client. */
const refused = (...args: string[]) =>
  stage.docker(...args).then(
    () => 'not refused',
    (error: unknown) => String(error),
  );

beforeAll(async () => {
  // Not below /tmp, which is shared as it is.
  await mkdir('/srv', { recursive: true });
  shared = await mkdtemp('/srv/bulkhead-shared-');
  await mkdir(`${shared}/project`);
  wanted = await mkdtemp('/srv/bulkhead-wanted-');
  stage = await setStage({ engine: true, prepare: (paths) => writeFile(paths.daemonJson, daemonJson) });
  // Made before ECI exists here.
  await stage.docker(
    'run',
    '-d',
    '--name',
    'kept',
    '-v',
    'kept-data:/data',
    'busybox',
    'sh',
    '-c',
    'echo precious > /data/file; sleep 100000',
  );
  await stage.docker('run', '-d', '--name', 'anew', 'busybox', 'sleep', '100000');
  await stage.docker('create', '--name', 'gone', '-v', 'gone-data:/data', 'busybox', 'true');
  registry = await startRegistry();
  client = `${registry.host}/tools/client:1`;
  await importPrograms(stage.paths.clientSocket, client, ['docker']);
  await stage.docker('push', client);
  before = await imagesAndVolumes();
  window = await stage.open();
  pages = pageObjects(window);
  await window.until('the first scan', (s) => s.scan?.containers.length === 3 && s.backends.length > 0);
});
afterAll(async () => {
  await stage.end();
  await registry.stop();
  await rm(shared, { recursive: true, force: true });
  await rm(wanted, { recursive: true, force: true });
});

describe('an administrator turns ECI on', () => {
  it('is offered a first run, leaves it, and sees in one sentence that ECI is off', async () => {
    await window.page.getByRole('heading', { level: 1, name: 'Protect this engine' }).waitFor();
    await window.page.getByRole('button', { name: 'Skip for now' }).click();
    await window.page.getByText('What is protected on this engine').waitFor();
    expect(await window.page.getByRole('main').getByRole('heading', { level: 1 }).innerText()).toBe(
      'Off: root in a container is root on the host',
    );
    expect(await idMapOfRun(stage.paths.clientSocket)).toBe('plain');
  });

  it('lists a socket image and denies a command: changes that are applied without a restart', async () => {
    await pages.socket.open();
    await pages.socket.allow('docker:cli');
    await pages.socket.allow(client);
    await pages.socket.deny('push');
    await pages.footer().getByText('Takes effect at once; nothing restarts.').waitFor();
    await window.screenshot('docker-socket-draft');
    const { settings } = await window.until('the draft is kept', (s) => s.settings.draft.includes('push'));
    expect(JSON.parse(settings.draft)).toMatchObject({
      enhancedContainerIsolation: {
        dockerSocketMount: {
          imageList: { images: ['docker:cli', client] },
          commandList: { commands: ['push'] },
        },
      },
    });
  });

  it('shares a directory', async () => {
    await pages.sharing.open();
    await pages.sharing.add(shared);
    const { settings } = await window.until('the draft is kept', (s) => s.settings.draft.includes(shared));
    expect(JSON.parse(settings.draft)).toMatchObject({
      filesharingAllowedDirectories: expect.arrayContaining([
        expect.objectContaining({ path: shared }),
      ]) as unknown,
    });
    await window.screenshot('file-sharing-draft');
    await pages.go('JSON');
    await window.page.getByRole('main').getByRole('textbox').waitFor();
    await window.screenshot('json-draft');
  });

  it('turns it on and locks it; prompts for the existing containers', async () => {
    await pages.isolation.open();
    await pages.isolation.lock().click();
    await pages.isolation.eci().click();
    await pages.prompt
      .dialog()
      .getByText('3 containers already exist. What should happen to them?')
      .waitFor();
    await pages.prompt.choose('gone', 'Remove');
    await pages.prompt.choose('anew', 'Recreate protected');
    await window.screenshot('turn-on-prompt');
    await pages.prompt.dialog().getByText('1 recreated · 1 kept unprotected · 1 removed').waitFor();
    await pages.prompt.continue();
    const { settings } = await window.until(
      'the draft is kept',
      (s) => s.settings.draft.includes('"value": true') && s.settings.draft.includes('"locked": true'),
    );
    expect(JSON.parse(settings.draft)).toMatchObject({
      enhancedContainerIsolation: { locked: true, value: true },
    });
    // Nothing has happened yet.
    expect(settings.exists).toBe(false);
    expect((await stage.docker('ps', '-aq')).trim().split('\n')).toHaveLength(3);
  });

  it('reviews the plan and applies it; it ends verified', async () => {
    await pages.review.heading('Review & apply').waitFor();
    const main = window.page.getByRole('main');
    // What will happen, before it happens.
    for (const text of [
      'The engine reads its configuration again',
      'It does not restart. Only the containers you chose are stopped.',
      '1 container: gone',
      '1 container is recreated protected',
      'New containers get ids of their own',
    ])
      await main.getByText(text).waitFor();
    expect(await window.page.evaluate(() => document.activeElement?.textContent)).toBe('Back to editing');
    await window.screenshot('review');
    await pages.review.apply('Apply, remove 1, recreate 1 container').click();
    await pages.review.heading('Applying version 1').waitFor();
    await pages.review.step('Verify from inside').and(window.page.locator('[aria-current=step]')).waitFor();
    await window.screenshot('apply-in-progress');
    // Settings can't be changed meanwhile.
    await pages.isolation.open();
    await expect.poll(() => pages.isolation.eci().or(pages.isolation.lockedEci()).isDisabled()).toBe(true);
    await window.page.goBack();
    const { run, verification } = await window.until(
      'the run has ended',
      (s) => s.run?.activity === 'ended',
      120_000,
    );
    expect(run?.outcome).toMatchObject({
      kind: 'applied',
      version: 1,
      removed: [{ name: 'gone', removed: true }],
    });
    expect(run?.steps.map((s) => s.state)).toEqual(Array(8).fill('done'));
    // Whether /proc is emulated depends on the machine; what a listed image does with its socket is shown
    // further below.
    expect(
      verification?.claims
        .filter((c) => c.verdict !== 'pass' && c.id !== 'A10-proc-emulated')
        .map((c) => [c.id, c.verdict]),
    ).toEqual([['A11-through-socket', 'limited']]);
    await pages.review.applied(1);
    await main.getByText(/^1[67] of 18 checks passed in real containers$/).waitFor();
    await main.getByText('1 container is still unprotected').waitFor();
    // As chosen before: it ran, so the new one runs.
    await main.getByText('1 container recreated protected').waitFor({ timeout: 60_000 });
    expect(uidMap(await stage.docker('exec', 'anew', 'cat', '/proc/self/uid_map'))[1]).toBeGreaterThan(65535);
    await stage.docker('rm', '-f', 'anew');
    await window.until('it is gone again', (s) => s.scan?.containers.length === 1);
    await window.request('recreate:dismiss', undefined);
    await window.screenshot('applied');
    expect((await stat(stage.paths.settings)).mode & 0o777).toBe(0o644);
    await pages.review.done().click();
    expect(await pages.sentence()).toMatch(/^Protected and verified (just now|.* ago), except 1 container$/);
    await window.screenshot('overview-protected');
  });
});

describe('with ECI on', () => {
  it('every container has a range of its own, whatever the client requests (A2, A3, A6, A7)', async () => {
    expect(await idMapOfRun(stage.paths.clientSocket, '--runtime=runc', '--userns=host')).toBe('isolated');
    const ranges = new Set<number>();
    for (const name of ['n1', 'n2', 'n3', 'n4']) {
      await stage.docker('run', '-d', '--name', name, '--runtime=runc', 'busybox', 'sleep', '100000');
      expect((await stage.docker('inspect', '-f', '{{.HostConfig.Runtime}}', name)).trim()).toBe('bulkhead');
      ranges.add(uidMap(await stage.docker('exec', name, 'cat', '/proc/self/uid_map'))[1] ?? -1);
    }
    expect(ranges.size).toBe(4);
    expect(Math.min(...ranges)).toBeGreaterThan(65535);
  });

  it('the earlier container is still listed, unprotected and unusable, and its data is kept', async () => {
    expect(await refused('start', 'kept')).toContain('enhanced container isolation:');
    expect(await refused('exec', 'kept', 'true')).toMatch(/enhanced container isolation:|is not running/);
    await pages.containers.open();
    await window.until('the new containers are seen', (s) => s.scan?.containers.length === 5);
    const row = pages.containers.row('kept');
    await row.getByText('Unprotected').waitFor();
    await row.getByText(/^Created .*before ECI was turned on$/).waitFor();
    await pages.containers.row('n1').getByText('Protected', { exact: true }).waitFor();
    await window.screenshot('containers-protected');
  });

  it('mounts follow the list of directories, and the socket is not mounted (A8, B1)', async () => {
    await stage.docker(
      'run',
      '--rm',
      '-v',
      `${shared}/project:/project`,
      'busybox',
      'sh',
      '-c',
      'echo written > /project/file',
    );
    // Files that root inside writes belong to the sharing user, not to an id without an account.
    expect((await stat(`${shared}/project/file`)).uid).toBe((await stat(`${shared}/project`)).uid);
    expect(await refused('run', '--rm', '-v', '/etc:/x', 'busybox', 'true')).toContain(
      'filesharingAllowedDirectories',
    );
    expect(await refused('run', '--rm', '-v', `${stage.paths.clientSocket}:/s`, 'busybox', 'true')).toContain(
      'dockerSocketMount.imageList',
    );
    await pages.sharing.open();
    for (const [path, text] of [
      [`${shared}/project`, `Inside ${shared}`],
      ['/etc', 'It is in no shared directory.'],
      [stage.paths.root, 'a directory of the engine'],
    ] as const) {
      await pages.sharing.testMount(path);
      await window.page.getByRole('main').getByText(text).first().waitFor();
    }
    await window.screenshot('file-sharing-tester');
    expect(
      await window.request('paths:would-mount', { path: `${shared}/project`, against: 'applied' }),
    ).toMatchObject({ ok: true, value: { allowed: true } });
    expect(await window.request('paths:would-mount', { path: '/etc', against: 'applied' })).toMatchObject({
      ok: true,
      value: { allowed: false, code: 'bind-not-shared' },
    });
  });

  it('a denial is shown in the window, and allowed from there', async () => {
    // Counted before anybody looks: what was refused above.
    await window.until(
      'the denials are counted',
      (s) => s.activity.unseen > 0 && s.activity.state.kind === 'following',
    );
    await pages.sentence();
    const denials = window.page.getByRole('region', { name: 'Denials' });
    await denials.getByRole('link', { name: /in total$/ }).waitFor();
    // The chart's code is loaded once the page is rendered. Days without denials have bars of no height.
    await denials.locator('.MuiBarChart-element:not([height="0"])').first().waitFor();
    await window.screenshot('overview-denials');
    await pages.activity.open();
    await window.until('they were looked at', (s) => s.activity.unseen === 0);
    // As it happens.
    expect(await refused('run', '--rm', '-v', `${wanted}:/data`, 'busybox', 'true')).toContain(
      'filesharingAllowedDirectories',
    );
    await pages.activity.line(`Bind mount ${wanted}`).click();
    await window.page
      .getByRole('complementary')
      .getByText(/^enhanced container isolation: bind mount of .* is blocked/)
      .waitFor();
    await pages.activity.choose(wanted).waitFor();
    await window.screenshot('activity-denial');
    await pages.activity.allow().click();
    await pages.review.heading('Review & apply').waitFor();
    await pages.review.apply('Apply').click();
    await pages.review.applied(2);
    await pages.review.done().click();
    await stage.docker('run', '--rm', '-v', `${wanted}:/data`, 'busybox', 'true');
  });

  it("an allowed image's container has its own socket with a command list (B1, B3, B5, A11)", async () => {
    const socket = ['-v', '/var/run/docker.sock:/var/run/docker.sock'];
    expect(
      await stage.docker(
        'run',
        '--rm',
        '--network=none',
        ...socket,
        client,
        'docker',
        'ps',
        '--format',
        '{{.Names}}',
      ),
    ).toContain('n1\n');
    // What it starts is under ECI too.
    expect(
      uidMap(
        await stage.docker(
          'run',
          '--rm',
          '--network=none',
          ...socket,
          client,
          'docker',
          'run',
          '--rm',
          '--runtime=runc',
          'busybox',
          'cat',
          '/proc/self/uid_map',
        ),
      )[1],
    ).toBeGreaterThan(65535);
    const denied = await refused(
      'run',
      '--rm',
      '--network=none',
      ...socket,
      client,
      'docker',
      'push',
      client,
    );
    expect(denied).toContain('enhanced container isolation:');
    expect(denied).toContain('dockerSocketMount.commandList');
    // Another image under the allowed name stays another image.
    await stage.docker('tag', 'busybox', `${registry.host}/tools/client:2`);
    expect(await refused('run', '--rm', ...socket, `${registry.host}/tools/client:2`, 'true')).toContain(
      'dockerSocketMount.imageList',
    );
    await stage.docker('rmi', `${registry.host}/tools/client:2`);
  });

  it('the Simulator predicts what the client gets, for a command and for a compose file', async () => {
    const main = await pages.go('Simulator');
    const field = main.getByRole('textbox');
    const clientView = main.getByLabel('What the client would see');
    const command = ['run', '--rm', '--pid=host', '-v', `${shared}/project:/project`, 'busybox', 'true'];
    await field.fill(`docker ${command.join(' ')}`);
    await main.getByRole('heading', { name: /^Denied: a container may not share a namespace/ }).waitFor();
    const [firstLine = 'nothing'] = (await clientView.innerText()).split('\n');
    expect(firstLine).toContain('--pid=host');
    expect(await refused(...command)).toContain(firstLine);
    await window.screenshot('simulator-refused');
    await main.getByRole('button', { name: 'Try without it' }).click();
    await main.getByRole('heading', { name: 'Allowed, with changes' }).waitFor();
    await main.getByText('Inside a shared directory').waitFor();
    // With the image's real content, as the registry serves it.
    await field.fill(`docker run --rm -v /var/run/docker.sock:/var/run/docker.sock ${client}`);
    await main.getByText('Trusted for the socket').waitFor();
    const file = `${shared}/compose.yaml`;
    await writeFile(
      file,
      'services:\n  web:\n    image: busybox\n  agent:\n    image: busybox\n    ' +
        'volumes: ["/etc:/host-etc"]\n',
    );
    await field.fill(await readFile(file, 'utf8'));
    await main.getByRole('heading', { name: 'Denied: 1 of 2 services' }).waitFor();
    await main.getByRole('region', { name: 'Service agent' }).getByText('Denied').waitFor();
    expect(await main.getByRole('region', { name: 'Service web' }).getByText('Denied').count()).toBe(0);
    await window.screenshot('simulator-compose');
    const refusal = (await clientView.innerText()).replace(/^agent: /, '').trim();
    expect(await refused('compose', '-f', file, 'create')).toContain(
      refusal.replace(/^Error response from daemon: /, ''),
    );
    await stage.docker('compose', '-f', file, 'down');
    await field.fill('');
  });

  it('the window shows what the registry serves for a listed image, and the local image (B3)', async () => {
    await pages.socket.open();
    const row = window.page
      .getByRole('table', { name: 'Allowed images' })
      .getByRole('row')
      .filter({ hasText: client });
    const digest =
      (await stage.docker('image', 'inspect', '-f', '{{index .RepoDigests 0}}', client))
        .trim()
        .split('@sha256:')[1] ?? '';
    await row.getByText(`${digest.slice(0, 4)}…${digest.slice(-4)}`).waitFor();
    await row.getByRole('button', { name: `1 image matches ${client}: show it` }).click();
    await window.page.getByRole('dialog').getByText('is what the registry serves').waitFor();
    await window.screenshot('docker-socket-digests');
    await window.page.keyboard.press('Escape');
    // No registry can be queried for this one: its state is unknown, never fine.
    await window.page
      .getByRole('row')
      .filter({ hasText: 'docker:cli' })
      .getByText(/^(unknown|not in its registry|no access to the registry)$/)
      .waitFor({ timeout: 40_000 });
  });

  it('a container created without the gateway is shown in the window without a request (D)', async () => {
    await stage.engineDocker('create', '--name', 'smuggled', '--runtime', 'runc', 'busybox', 'true');
    const notice = window.page.getByRole('status').filter({ hasText: 'smuggled is not protected' });
    await notice.waitFor({ timeout: 30_000 });
    await window.screenshot('appeared');
    await notice.getByRole('button', { name: 'Review…' }).click();
    await pages.containers.row('smuggled').getByText('Made past the gateway with runtime runc').waitFor();
    await notice.waitFor({ state: 'detached' });
    const dialog = await pages.containers.openRemoval('smuggled');
    await dialog.getByRole('button', { name: 'Remove 1 container' }).click();
    await window.page.getByText('1 container removed').waitFor();
    await window.page.getByRole('button', { name: 'Dismiss' }).click();
    await window.page.getByRole('searchbox').fill('');
    await window.page.getByRole('button', { name: /^All/ }).click();
  });

  it('images and volumes are unchanged, including those of the removed container', async () => {
    expect(await imagesAndVolumes()).toEqual(before);
    expect(before.volumes).toContain('gone-data');
  });

  it('the container that was kept is recreated protected from the window, with its volume (D)', async () => {
    // It has run on, since nothing was restarted.
    await stage.docker('stop', '-t', '0', 'kept');
    // The command line's preview, which changes nothing.
    expect(
      JSON.parse(
        await bulkhead('containers', 'recreate', 'kept', '--dry-run', '--json', '--root', stage.paths.root),
      ),
    ).toMatchObject({
      blocked: false,
      groups: [
        [{ name: 'kept', running: false, changes: [{ code: 'runtime' }, { code: 'never-run' }], lost: [] }],
      ],
    });
    await pages.containers.open();
    const dialog = await pages.containers.recreate('kept');
    await dialog.getByText('Runtime runc becomes bulkhead').waitFor();
    await expect
      .poll(() => window.page.evaluate(() => document.activeElement?.textContent))
      .toBe('Leave as it is');
    await window.screenshot('recreate-question');
    await dialog.getByRole('button', { name: 'Recreate 1 container' }).click();
    await window.page.getByText('1 container recreated').waitFor();
    await pages.containers.row('kept').getByText('Protected', { exact: true }).waitFor();
    await pages.containers.row('kept-before-eci').getByText('Replaced', { exact: true }).waitFor();
    await window.screenshot('recreated');
    await stage.docker('start', 'kept');
    expect(uidMap(await stage.docker('exec', 'kept', 'cat', '/proc/self/uid_map'))[1]).toBeGreaterThan(65535);
    expect(await stage.docker('exec', 'kept', 'cat', '/data/file')).toBe('precious\n');
    await stage.docker('stop', '-t', '0', 'kept');
  });

  it('the old one is removed from the window; its volume stays', async () => {
    await pages.containers.open();
    const dialog = await pages.containers.openRemoval('kept-before-eci');
    await dialog.getByText('Remove 1 container?').waitFor();
    // The way back has the focus, not what deletes.
    await expect.poll(() => window.page.evaluate(() => document.activeElement?.textContent)).toBe('Keep it');
    await dialog.getByRole('button', { name: 'Remove 1 container' }).click();
    await window.page.getByText('1 container removed').waitFor();
    await pages.containers.row('kept-before-eci').waitFor({ state: 'detached' });
    expect(await stage.docker('ps', '-a', '--format', '{{.Names}}')).not.toContain('kept-before-eci');
    const isKept = '[ "$(cat /data/file)" = precious ]';
    await stage.docker('run', '--rm', '-v', 'kept-data:/data', 'busybox', 'sh', '-c', isKept);
    expect(await pages.sentence()).toMatch(/^Protected and verified (just now|.* ago)$/);
  });
});

describe('an administrator turns it off again', () => {
  it('gets the previous engine configuration back, byte for byte', async () => {
    expect(await readFile(stage.paths.daemonJson, 'utf8')).toContain('"default-runtime"');
    await pages.isolation.open();
    await pages.isolation.eci().click();
    await pages.footer().getByText('Takes effect at once; nothing restarts.').waitFor();
    await pages.footer().getByRole('button', { name: 'Review & apply' }).click();
    await window.page.getByRole('main').getByText('New containers are not protected').waitFor();
    await pages.review.apply('Apply').click();
    await pages.review.applied(3);
    const { run } = await window.state();
    expect(run?.outcome).toMatchObject({ kind: 'applied', version: 3 });
    expect(await readFile(stage.paths.daemonJson, 'utf8')).toBe(daemonJson);
    expect(await idMapOfRun(stage.paths.clientSocket)).toBe('plain');
  });

  it('containers created under ECI still start, in their own range', async () => {
    await stage.docker('start', 'n1');
    expect(uidMap(await stage.docker('exec', 'n1', 'cat', '/proc/self/uid_map'))[1]).toBeGreaterThan(65535);
    expect(window.pageErrors).toEqual([]);
  });
});
