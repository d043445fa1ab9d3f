import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendJson } from '../../tests/support/raw-http.ts';
import { docker, startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { defaultSettings } from '../../shared/settings/effective.ts';
import { registryUser, startRegistry, type Registry } from '../../tests/support/registry.ts';
import { createEngineFacts } from '../engine-api/create-engine-facts.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import { startGateway } from '../server.ts';
import { createImageTrust, type ExplainingImageTrust } from './create-image-trust.ts';
import { dockerCredentials } from './docker-credentials.ts';

const run = promisify(execFile);

// The attacks of B3 against both image stores: what a name, a RepoDigest and an id are worth differs between
// them.
describe.each([
  { store: 'graph driver', daemonJson: {} },
  { store: 'containerd', daemonJson: { features: { 'containerd-snapshotter': true } } },
])('image trust on a real engine and registry ($store store)', ({ store, daemonJson }) => {
  let engine: BareEngine;
  let registry: Registry;
  let facts: EngineFacts;
  let trust: ExplainingImageTrust;
  let scratch: string;
  let tool: string;
  /** Longer than any result is cached. */
  let clock = Date.now();
  const later = () => {
    clock += 60_000;
  };

  const make = (directory: string | null) =>
    createImageTrust({
      facts,
      stateDirectory: directory,
      now: () => clock,
      certificates: path.join(scratch, 'certs.d'),
      credentials: dockerCredentials({}),
    });
  const decide = (image: string, images: readonly string[], allowDerivedImages = true, by = trust) => {
    later();
    return by.decide(image, { ...defaultSettings.socket, images, allowDerivedImages });
  };
  const idOf = async (image: string) => (await engine.docker('inspect', '-f', '{{.Id}}', image)).trim();
  /** `docker build` by the classic builder. */
  const build = (dockerfile: string, ...args: string[]) =>
    run('sh', [
      '-c',
      'printf "%b" "$1" | DOCKER_BUILDKIT=0 docker -H "$2" build -q "${@:3}" -'.replace('"${@:3}"', '$3'),
      'sh',
      dockerfile,
      `unix://${engine.socket}`,
      args.join(' '),
    ]);
  /** What the registry serves under a tag. */
  const served = async (name: string) =>
    /Digest: +(sha256:[0-9a-f]{64})/i.exec(await engine.docker('pull', name))?.[1] ?? '';
  /** An image of one file of its own. */
  const imported = async (name: string, content: string) => {
    await run('sh', [
      '-c',
      'd=$(mktemp -d); echo "$3" > "$d/$3"; tar -C "$d" -c . | docker -H "$1" import - "$2" ' +
        '>/dev/null; rm -r "$d"',
      'sh',
      `unix://${engine.socket}`,
      name,
      content,
    ]);
  };

  beforeAll(async () => {
    scratch = await mkdtemp('/tmp/bulkhead-trust-');
    [engine, registry] = await Promise.all([startBareEngine({ daemonJson }), startRegistry()]);
    facts = createEngineFacts(engine.socket);
    trust = make(null);
    tool = `${registry.host}/team/tool`;
    await engine.docker('tag', 'busybox', `${tool}:1`);
    await engine.docker('push', `${tool}:1`);
    await imported('evil:1', 'evil');
  });
  afterAll(async () => {
    trust?.close();
    facts?.close();
    await engine?.stop();
    await registry?.stop();
    if (scratch) await rm(scratch, { recursive: true, force: true });
  });

  it('detects which image store the engine has', async () => {
    expect((await facts.image('busybox'))?.store).toBe(store === 'containerd' ? 'containerd' : 'graph');
  });

  it('B2: trusts what the registry serves under the listed tag, by every name a create may use', async () => {
    const id = await idOf(`${tool}:1`);
    const digest = await served(`${tool}:1`);
    for (const name of [
      `${tool}:1`,
      id,
      id.slice('sha256:'.length),
      id.slice(7, 19),
      id.slice(0, 20),
      `${tool}@${digest}`,
    ]) {
      expect(await decide(name, [`${tool}:1`]), name).toEqual({
        trusted: true,
        imageId: id,
        allowedBy: `${tool}:1`,
        derivedFrom: null,
      });
    }
  });

  it('B2: any tag, any repository below, a digest, any image', async () => {
    const digest = await served(`${tool}:1`);
    for (const entry of [
      `${tool}:*`,
      `${registry.host}/team/*:*`,
      `${registry.host}/*:*`,
      `${tool}@${digest}`,
      '*',
    ]) {
      expect(await decide(`${tool}:1`, [entry]), entry).toMatchObject({ trusted: true, allowedBy: entry });
    }
    for (const entry of [
      `${tool}:2`,
      `${registry.host}/tea/*:*`,
      `${registry.host}/team/too:*`,
      `${tool}@sha256:${'0'.repeat(64)}`,
      'tool:1',
    ]) {
      expect(await decide(`${tool}:1`, [entry]), entry).toMatchObject({ trusted: false });
    }
    expect(await decide('evil:1', ['*'])).toMatchObject({ trusted: true, allowedBy: '*' });
    expect(await decide('nobody:1', ['*'])).toMatchObject({ trusted: false, reason: 'not-local' });
  });

  it('B2: an index counts with its manifests: pulled by the tag, or one platform by its digest', async () => {
    const manifest = await served(`${tool}:1`);
    const read = await fetch(`http://${registry.host}/v2/team/tool/manifests/${manifest}`, {
      headers: {
        Accept:
          'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
      },
    });
    const index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          mediaType: read.headers.get('content-type'),
          digest: manifest,
          size: (await read.text()).length,
          platform: { architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux' },
        },
      ],
    };
    const put = await fetch(`http://${registry.host}/v2/team/tool/manifests/multi`, {
      method: 'PUT',
      headers: { 'Content-Type': index.mediaType },
      body: JSON.stringify(index),
    });
    expect(put.status).toBe(201);
    // What is here was pulled as the one manifest; then by the index too.
    expect(await decide(`${tool}@${manifest}`, [`${tool}:multi`])).toMatchObject({
      trusted: true,
      allowedBy: `${tool}:multi`,
    });
    const digest = await served(`${tool}:multi`);
    for (const entry of [`${tool}:multi`, `${tool}:*`, `${tool}@${digest}`])
      expect(await decide(`${tool}:multi`, [entry]), entry).toMatchObject({
        trusted: true,
        allowedBy: entry,
      });
    await engine.docker('rmi', `${tool}:multi`);
    expect(await decide(`${tool}:1`, [`${tool}@${digest}`])).toMatchObject({ trusted: true });
  });

  it('B3: a tag does not help: docker tag, import, commit, build -t', async () => {
    const entries = [
      [`${tool}:1`],
      [`${tool}:*`],
      [`${registry.host}/team/*:*`],
      [`${tool}:forged`, `${tool}:1`],
    ];
    const forge: Record<string, () => Promise<unknown>> = {
      tag: () => engine.docker('tag', 'evil:1', `${tool}:forged`),
      import: () => imported(`${tool}:forged`, 'worse'),
      commit: async () => {
        const container = (await engine.docker('create', 'evil:1', 'true')).trim();
        await engine.docker('commit', container, `${tool}:forged`);
        await engine.docker('rm', container);
      },
      build: () => build('FROM evil:1\\nLABEL a=b\\n', '-t', `${tool}:forged`),
    };
    for (const [how, make_] of Object.entries(forge)) {
      await make_();
      for (const images of entries)
        expect(await decide(`${tool}:forged`, images), how).toMatchObject({ trusted: false });
      await engine.docker('rmi', '-f', `${tool}:forged`);
    }
  });

  it('B3: taking the allowed name itself does not help', async () => {
    await engine.docker('tag', 'evil:1', `${tool}:1`);
    const verdict = await decide(`${tool}:1`, [`${tool}:1`]);
    expect(verdict).toMatchObject({
      trusted: false,
      reason: store === 'containerd' ? 'other-content' : 'local-only',
    });
    await engine.docker('pull', `${tool}:1`);
    expect(await decide(`${tool}:1`, [`${tool}:1`])).toMatchObject({ trusted: true });
  });

  it('B3: docker load with forged tags, and with a forged digest in the name, does not help', async () => {
    const digest = await served(`${tool}:1`);
    await forgedArchive(path.join(scratch, 'forged.tar'), [
      `${tool}:loaded`,
      `${tool}:loaded@${digest}`,
      `${tool}@${digest}`,
    ]);
    await engine.docker('load', '-i', path.join(scratch, 'forged.tar')).catch(() => undefined);
    const local = await facts.images();
    const all = local
      .flatMap((image) => [image.id, ...image.tags, ...image.digests])
      .filter((name) => !name.includes('<none>'));
    const genuine = await idOf(`${tool}:1`);
    if (store === 'containerd') {
      // That the attack is real: the engine shows the allowed digest for other content.
      const evil = await facts.image(await idOf('evil:1'));
      expect(evil?.digests).toContain(`${tool}@${digest}`);
    }
    let forgeries = 0;
    for (const name of all) {
      for (const entry of [`${tool}:1`, `${tool}:*`, `${tool}:loaded`, `${tool}@${digest}`]) {
        const verdict = await decide(name, [entry], false);
        if (verdict.trusted) expect(verdict.imageId, `${name} by ${entry}`).toBe(genuine);
      }
      if (name.includes('loaded')) forgeries++;
    }
    expect(forgeries).toBeGreaterThan(0);
    for (const name of all.filter((candidate) => candidate.includes('loaded')))
      await engine.docker('rmi', '-f', name).catch(() => undefined);
  });

  it('B3: no call of the API gives other content a digest by name', async () => {
    const name = `${tool}@${await served(`${tool}:1`)}`;
    const container = (await engine.docker('create', 'evil:1', 'true')).trim();
    const attempts: (() => Promise<unknown>)[] = [
      () => engine.docker('tag', 'evil:1', name),
      () => engine.docker('commit', container, name),
      () => imported(name, 'evil-too'),
      () => build('FROM evil:1\\nLABEL e=f\\n', '-t', name),
      () =>
        sendJson(
          engine.socket,
          'POST',
          `/images/${encodeURIComponent('evil:1')}/tag?repo=${encodeURIComponent(name)}&tag=1`,
          '',
        ),
      () =>
        sendJson(
          engine.socket,
          'POST',
          `/commit?container=${container}&repo=${encodeURIComponent(name)}`,
          '{}',
        ),
    ];
    for (const attempt of attempts) await attempt().catch(() => undefined);
    await engine.docker('rm', container);
    const genuine = await idOf(`${tool}:1`);
    for (const image of await facts.images()) {
      for (const entry of [name, `${tool}:1`, `${tool}:*`]) {
        const verdict = await decide(image.id, [entry], false);
        expect(verdict.trusted, `${image.tags.join()} by ${entry}`).toBe(image.id === genuine);
      }
    }
  });

  it('B3: a digest in another repository does not count for the listed one', async () => {
    await engine.docker('tag', 'evil:1', `${registry.host}/mine/evil:1`);
    await engine.docker('push', `${registry.host}/mine/evil:1`);
    await engine.docker('tag', `${registry.host}/mine/evil:1`, `${tool}:forged`);
    for (const images of [[`${tool}:*`], [`${tool}:1`], [`${registry.host}/team/*:*`]])
      expect(await decide(`${tool}:forged`, images)).toMatchObject({ trusted: false });
    await engine.docker('rmi', `${tool}:forged`, `${registry.host}/mine/evil:1`);
  });

  it('B3: follows a moved tag: the old content loses trust, the new one has it after a pull', async () => {
    const moving = `${registry.host}/team/moving:1`;
    await engine.docker('tag', 'busybox', moving);
    await engine.docker('push', moving);
    const before = await idOf(moving);
    expect(await decide(before, [moving])).toMatchObject({ trusted: true });
    await imported(moving, 'newer');
    await engine.docker('push', moving);
    const after = await idOf(moving);
    expect(await decide(after, [moving])).toMatchObject({ trusted: true, imageId: after });
    expect(await decide(before, [moving])).toMatchObject({ trusted: false });
    // Someone who has the old content only, under the listed name.
    await engine.docker('rmi', '-f', moving);
    await engine.docker('tag', before, moving);
    expect(await decide(moving, [moving])).toMatchObject({ trusted: false });
    await engine.docker('pull', moving);
    expect(await decide(moving, [moving])).toMatchObject({ trusted: true, imageId: after });
  });

  it('B4: an image built from an allowed one is allowed while local, unless off or pushed', async () => {
    const local = `${registry.host}/mine/derived:1`;
    await build(`FROM ${tool}:1\\nRUN echo hello > /hello\\n`, '-t', local);
    const id = await idOf(local);
    for (const entry of [`${tool}:1`, `${tool}:*`, `${tool}@${await served(`${tool}:1`)}`]) {
      expect(await decide(local, [entry]), entry).toMatchObject({
        trusted: true,
        imageId: id,
        allowedBy: entry,
        derivedFrom: expect.stringContaining('team/') as string,
      });
    }
    expect(await decide(local, [`${tool}:1`], false)).toMatchObject({ trusted: false });
    expect(await decide(local, [`${registry.host}/team/other:*`])).toMatchObject({ trusted: false });
    await build(`FROM evil:1\\nCOPY --from=${local} /hello /hello\\n`, '-t', 'underived:1');
    expect(await decide('underived:1', [`${tool}:*`])).toMatchObject({ trusted: false });
    // Docker Hub can't be reached here. containerd's store does not say by itself that an image is in no
    // registry.
    await engine.docker('tag', local, 'derived:1');
    expect(await decide('derived:1', [`${tool}:1`])).toMatchObject(
      store === 'containerd' ? { trusted: false, reason: 'registry-unreachable' } : { trusted: true },
    );
    await engine.docker('rmi', 'derived:1');

    await engine.docker('push', local);
    expect(await decide(local, [`${tool}:1`])).toMatchObject({ trusted: false });
  });

  it('B4: a base counts for what it is, not for its name', async () => {
    await engine.docker('tag', 'evil:1', `${tool}:base`);
    await build(`FROM ${tool}:base\\nLABEL a=c\\n`, '-t', 'derived-evil:1');
    expect(await decide('derived-evil:1', [`${tool}:*`])).toMatchObject({ trusted: false });
    await engine.docker('rmi', '-f', 'derived-evil:1', `${tool}:base`);
  });

  it('B1–B4: the gateway gives the socket to the image and what is built from it only', async () => {
    const state = path.join(scratch, 'gateway');
    await mkdir(state);
    const settings = path.join(state, 'admin-settings.json');
    await writeFile(
      settings,
      JSON.stringify({
        configurationFileVersion: 2,
        enhancedContainerIsolation: {
          locked: true,
          value: true,
          dockerSocketMount: { imageList: { images: [`${tool}:*`] } },
        },
      }),
    );
    const started = await startGateway({
      engineSocket: engine.socket,
      listenSocket: path.join(state, 'docker.sock'),
      settingsFile: settings,
      stateDirectory: state,
      runtime: 'runc',
      requireUserNamespace: false,
    });
    if (!started.ok) throw new Error(started.error.message);
    try {
      const create = (image: string) =>
        docker(
          started.value.listenSocket,
          'create',
          '-v',
          `${started.value.listenSocket}:/var/run/docker.sock`,
          image,
          'true',
        ).then(
          (id) => id.trim(),
          (error: unknown) => String((error as { stderr?: string }).stderr),
        );
      await engine.docker('tag', 'evil:1', `${tool}:forged`);
      await build(`FROM ${tool}:1\\nRUN echo other > /other\\n`, '-t', `${registry.host}/mine/other:1`);
      for (const image of [`${tool}:1`, `${registry.host}/mine/other:1`]) {
        const id = await create(image);
        expect(id, image).toMatch(/^[0-9a-f]{64}$/);
        expect(await engine.docker('inspect', '-f', '{{json .HostConfig.Mounts}}', id)).toContain(
          path.join(state, 'sockets'),
        );
        await engine.docker('rm', id);
      }
      for (const image of [`${tool}:forged`, 'evil:1'])
        expect(await create(image), image).toMatch(/enhanced container isolation: .*socket.*imageList/s);
      await engine.docker('rmi', '-f', `${tool}:forged`, `${registry.host}/mine/other:1`);
    } finally {
      await started.value.close(0);
    }
  });

  it('offline: uses the last known digest, also after a restart; else names the failure', async () => {
    const state = path.join(scratch, 'state');
    await mkdir(state);
    const online = make(state);
    expect(await decide(`${tool}:1`, [`${tool}:1`], true, online)).toMatchObject({ trusted: true });
    await online.flush();
    online.close();
    await registry.halt();
    try {
      const offline = make(state);
      expect(await decide(`${tool}:1`, [`${tool}:1`], true, offline)).toMatchObject({ trusted: true });
      expect(await decide('evil:1', [`${tool}:1`], true, offline)).toMatchObject({ trusted: false });
      offline.close();
      expect(JSON.parse(await readFile(path.join(state, 'registry-digests.json'), 'utf8'))).toMatchObject({
        version: 1,
      });
      const fresh = make(null);
      expect(await decide(`${tool}:1`, [`${tool}:1`], true, fresh)).toMatchObject({
        trusted: false,
        reason: 'registry-unreachable',
        detail: expect.stringMatching(/ECONNREFUSED/) as string,
      });
      fresh.close();
    } finally {
      await registry.start();
    }
  });

  it("a registry with a login is queried with docker login's credentials", async () => {
    const guarded = await startRegistry({ login: true });
    try {
      const config = path.join(scratch, 'docker');
      await run('docker', [
        '--config',
        config,
        '-H',
        `unix://${engine.socket}`,
        'login',
        '-u',
        registryUser.name,
        '-p',
        registryUser.password,
        guarded.host,
      ]);
      const name = `${guarded.host}/private/tool:1`;
      await engine.docker('tag', 'busybox', name);
      await run('docker', ['--config', config, '-H', `unix://${engine.socket}`, 'push', name]);
      expect(await decide(name, [name])).toMatchObject({
        trusted: false,
        reason: 'registry-unreachable',
        detail: expect.stringMatching(/401.*docker login/) as string,
      });
      const knowing = createImageTrust({
        facts,
        stateDirectory: null,
        certificates: path.join(scratch, 'certs.d'),
        credentials: dockerCredentials({ DOCKER_CONFIG: config }),
      });
      expect(await decide(name, [name], true, knowing)).toMatchObject({ trusted: true, allowedBy: name });
      knowing.close();
      await engine.docker('rmi', name);
    } finally {
      await guarded.stop();
    }
  });

  /**
   * Archives as `docker save` writes them, of an evil image under names of the attacker's choice: Docker's
   * layout and OCI's in one.
   */
  async function forgedArchive(file: string, names: readonly string[]): Promise<void> {
    const directory = await mkdtemp(path.join(scratch, 'archive-'));
    await engine.docker('tag', 'evil:1', 'evil:saved');
    await engine.docker('save', '-o', path.join(directory, 'saved.tar'), 'evil:saved');
    const content = path.join(directory, 'content');
    await mkdir(content);
    await run('tar', ['-C', content, '-xf', path.join(directory, 'saved.tar')]);
    const manifest = path.join(content, 'manifest.json');
    const parsed = JSON.parse(await readFile(manifest, 'utf8')) as { RepoTags: string[] }[];
    // Every name in an archive of its own would do too; an engine refuses an archive as a whole for one name.
    await writeFile(
      manifest,
      JSON.stringify(
        parsed.map((image) => ({ ...image, RepoTags: names.filter((name) => !name.includes('@')) })),
      ),
    );
    const index = path.join(content, 'index.json');
    const oci = JSON.parse(await readFile(index, 'utf8')) as {
      manifests: { annotations?: Record<string, string> }[];
    };
    const first = oci.manifests[0];
    await writeFile(
      index,
      JSON.stringify({
        ...oci,
        manifests: names.map((name) => ({
          ...first,
          annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
        })),
      }),
    );
    await run('tar', ['-C', content, '-cf', file, '.']);
    await engine.docker('rmi', 'evil:saved');
  }
});
