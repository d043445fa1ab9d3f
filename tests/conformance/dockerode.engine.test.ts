import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { randomContent, seededRandom, testSeed } from '../support/random-seed.ts';
import { registryUser, startRegistry, type Registry } from '../support/registry.ts';

let guarded: GuardedEngine;
let registry: Registry;
let client: Docker;
beforeAll(async () => {
  [guarded, registry] = await Promise.all([startGuardedEngine(), startRegistry({ login: true })]);
  client = new Docker({ socketPath: guarded.socket });
});
afterAll(async () => {
  await guarded?.stop();
  await registry?.stop();
});

const finished = (stream: NodeJS.ReadableStream) =>
  new Promise<Record<string, unknown>[]>((resolve, reject) => {
    client.modem.followProgress(stream, (error, output: Record<string, unknown>[]) => {
      if (error) reject(error);
      else resolve(output);
    });
  });
const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');
/** The stdout part of a multiplexed stream. */
const stdoutOf = (stream: NodeJS.ReadableStream) => {
  const out = new PassThrough();
  client.modem.demuxStream(stream, out, new PassThrough());
  stream.on('end', () => {
    out.end();
  });
  return out;
};
const archive = async (name: string, content: string | Buffer) => {
  const directory = path.join(guarded.scratch, `rode-${name}`);
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, name), content);
  const tar = await guarded.sh(`tar -C ${directory} -cf ${directory}.tar ${name}`);
  expect(tar.code).toBe(0);
  return `${directory}.tar`;
};

describe('A1: dockerode works through the gateway with ECI on', () => {
  it('creates, attaches with hijack before the start, reads stdin to its end, waits, removes', async () => {
    const container = await client.createContainer({
      Image: 'busybox',
      Cmd: ['sh', '-c', 'cat; exit 3'],
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
    });
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true });
    await container.start();
    const shown = text(stdoutOf(stream));
    stream.write('attached\n');
    stream.end();
    expect(await shown).toBe('attached\n');
    expect(await container.wait()).toMatchObject({ StatusCode: 3 });
    await container.remove();
  });

  it('attaches without hijack, and runs by its own `run`', async () => {
    const out = new PassThrough();
    const shown = text(out);
    const [result] = (await client.run('busybox', ['echo', 'by run'], out, {
      Tty: false,
      HostConfig: { AutoRemove: true },
    })) as [{ StatusCode: number }];
    out.end();
    expect(result.StatusCode).toBe(0);
    expect(await shown).toContain('by run');
  });

  it('transfers 5 MB through exec and through attach, hashes equal, with half-close', async () => {
    const data = randomContent(seededRandom(testSeed()), 5 * 1024 * 1024);
    const container = await client.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'] });
    await container.start();
    const exec = await container.exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true });
    const back = buffer(stdoutOf(stream));
    stream.end(data);
    expect(hash(await back)).toBe(hash(data));
    expect(await exec.inspect()).toMatchObject({ Running: false, ExitCode: 0 });
    await container.remove({ force: true });

    const cat = await client.createContainer({
      Image: 'busybox',
      Cmd: ['cat'],
      OpenStdin: true,
      StdinOnce: true,
    });
    const attached = await cat.attach({ stream: true, stdin: true, stdout: true, hijack: true });
    await cat.start();
    const echoed = buffer(stdoutOf(attached));
    attached.end(data);
    expect(hash(await echoed)).toBe(hash(data));
    await cat.remove({ force: true });
  });

  it('follows logs and events, streams stats', async () => {
    const container = await client.createContainer({
      name: 'followed',
      Image: 'busybox',
      Cmd: ['sh', '-c', 'echo one; until [ -e /go ]; do sleep .05; done; echo two'],
    });
    const events = (await client.getEvents({
      filters: { container: ['followed'], event: ['die'] },
    })) as Readable;
    const died = new Promise<string>((resolve) =>
      events.once('data', (part: Buffer) => {
        resolve(part.toString());
      }),
    );
    await container.start();
    const logs = text(stdoutOf(await container.logs({ follow: true, stdout: true, stderr: true })));
    const stats = (await container.stats({ stream: true })) as Readable;
    const first = await new Promise<string>((resolve) =>
      stats.once('data', (part: Buffer) => {
        resolve(part.toString());
      }),
    );
    expect(JSON.parse(first)).toMatchObject({ name: '/followed' });
    stats.destroy();
    const exec = await container.exec({ Cmd: ['touch', '/go'] });
    await exec.start({ Detach: true });
    expect(await logs).toBe('one\ntwo\n');
    expect(JSON.parse(await died)).toMatchObject({ Action: 'die' });
    events.destroy();
    await container.remove();
  });

  it('puts and gets archives, exports, lists changes, resizes, tops', async () => {
    const container = await client.createContainer({ Image: 'busybox', Cmd: ['sleep', '1000'], Tty: true });
    await container.putArchive(await archive('put', 'archived'), { path: '/tmp' });
    const got = await buffer(await container.getArchive({ path: '/tmp/put' }));
    expect(got.toString('latin1')).toContain('archived');
    expect(await container.changes()).toContainEqual({ Path: '/tmp/put', Kind: 1 });
    expect((await buffer(await container.export())).length).toBeGreaterThan(500_000);
    await container.start();
    await container.resize({ h: 10, w: 50 });
    expect((await container.top()).Processes).toHaveLength(1);
    await container.remove({ force: true });
  });

  it('builds an image with the classic builder, with progress and errors; not with BuildKit', async () => {
    const tar = await archive('Dockerfile', 'FROM busybox\nRUN echo rode > /f\nCMD cat /f\n');
    const output = await finished(await client.buildImage(tar, { t: 'rode:1' }));
    expect(JSON.stringify(output)).toContain('Successfully tagged rode:1');
    await expect(client.buildImage(tar, { t: 'rode:2', version: '2' })).rejects.toThrow(
      /POST \/build\?version=2 is blocked: .*docker buildx build/,
    );
    const out = new PassThrough();
    const shown = text(out);
    await client.run('rode:1', ['cat', '/f'], out, { HostConfig: { AutoRemove: true } });
    out.end();
    expect(await shown).toContain('rode');
    const broken = await archive('Dockerfile', 'FROM busybox\nRUN exit 3\n');
    expect(JSON.stringify(await finished(await client.buildImage(broken)))).toContain(
      'returned a non-zero code: 3',
    );
  });

  it('pushes and pulls with credentials; without them the registry refuses', async () => {
    const authconfig = {
      username: registryUser.name,
      password: registryUser.password,
      serveraddress: registry.host,
    };
    const repo = `${registry.host}/rode/app`;
    await client.getImage('busybox').tag({ repo, tag: '1' });
    await finished(await client.getImage(`${repo}:1`).push({ authconfig }));
    await client.getImage(`${repo}:1`).remove();
    await expect(client.pull(`${repo}:1`).then(finished)).rejects.toThrow(
      /no basic auth credentials|unauthorized/,
    );
    await finished(await client.pull(`${repo}:1`, { authconfig }));
    // containerd's store lists busybox beside it: it is the same content.
    expect((await client.getImage(`${repo}:1`).inspect()).RepoDigests).toContainEqual(
      expect.stringContaining(`${repo}@sha256:`),
    );
    expect(await client.checkAuth(authconfig)).toMatchObject({ Status: 'Login Succeeded' });
    expect(
      ((await client.getImage(`${repo}:1`).distribution({ authconfig })) as { Descriptor: unknown })
        .Descriptor,
    ).toBeDefined();
  });

  it('saves, loads and imports images, creates volumes and networks, prunes', async () => {
    const saved = await client.getImage('busybox').get();
    expect(JSON.stringify(await finished(await client.loadImage(saved)))).toContain('busybox');
    const imported = await client.importImage(await archive('root', 'x'), { repo: 'rode-imported' });
    await finished(imported);
    const volume = await client.createVolume({ Name: 'rode', Labels: { rode: '1' } });
    expect((await client.getVolume('rode').inspect()).Driver).toBe('local');
    const network = await client.createNetwork({
      Name: 'rode',
      Internal: true,
      CheckDuplicate: true,
      IPAM: { Config: [{ Subnet: '10.84.1.0/24' }] },
    });
    const container = await client.createContainer({
      Image: 'busybox',
      Cmd: ['sleep', '1000'],
      Labels: { rode: '1' },
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        Binds: ['rode:/data', `${guarded.work}:/shared:ro`],
        Memory: 64 * 1024 * 1024,
        NetworkMode: 'rode',
        PortBindings: { '80/tcp': [{ HostPort: '0' }] },
      },
      NetworkingConfig: {
        EndpointsConfig: { rode: { Aliases: ['alias'], IPAMConfig: { IPv4Address: '10.84.1.9' } } },
      },
    });
    await container.start();
    await network.disconnect({ Container: container.id });
    await network.connect({ Container: container.id, EndpointConfig: { Aliases: ['again'] } });
    await container.update({ Memory: 80 * 1024 * 1024, MemorySwap: 80 * 1024 * 1024 });
    await container.pause();
    await container.unpause();
    await container.rename({ name: 'rode-renamed' });
    await container.restart({ t: 0 });
    await container.kill();
    await container.commit({ repo: 'rode-committed' });
    await container.remove({ v: true });
    await network.remove();
    await volume.remove();
    await client.pruneContainers({ filters: { label: ['rode'] } });
    expect(await client.df()).toHaveProperty('Images');
  });

  it("shows refusals as errors with the gateway's message", async () => {
    await expect(
      client.createContainer({ Image: 'busybox', HostConfig: { PidMode: 'host' } }),
    ).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringMatching(/enhanced container isolation: --pid=host is blocked/) as string,
    });
  });
});
