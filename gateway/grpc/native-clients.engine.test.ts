import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeGrpcClient } from '../../tests/support/grpc-client.ts';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { openAgent, type Agent } from '../../tests/support/ssh-agent.ts';
import { isContainerdStore } from '../../tests/support/test-engine.ts';

// buildx's driver `remote` uses HTTP/2 with prior knowledge, as clients of API 1.53 do on the engine's
// socket.
let guarded: GuardedEngine;
let agent: Agent;

const dockerfile = `FROM busybox AS base
RUN --mount=type=cache,target=/c date +%N > /c/one && cp /c/one /cached
RUN --mount=type=secret,id=s cat /run/secrets/s > /secret
RUN ! grep -q '^ *0 *0 ' /proc/self/uid_map
RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo agent > /ssh
FROM scratch
COPY --link --from=base /cached /secret /ssh /
COPY --link --chown=44:55 file /linked
`;

// buildx's driver for `POST /grpc` makes no attestations, builds for several platforms and images in OCI form
// but with containerd's image store.
const provenance = '--provenance mode=max';
const withContainerd: [string, string][] = [['POST /grpc', 'default']];
const manyPlatforms: [string, string][] = [
  ['native gRPC', 'native'],
  ...(isContainerdStore ? withContainerd : []),
];

beforeAll(async () => {
  guarded = await startGuardedEngine();
  agent = await openAgent(guarded.scratch);
  const { work } = guarded;
  await writeFile(path.join(work, 'Dockerfile'), dockerfile);
  await writeFile(path.join(work, 'D.host'), 'FROM busybox\nRUN --network=host true\n');
  await writeFile(path.join(work, 'D.platforms'), 'FROM scratch\nCOPY --link file /\n');
  await writeFile(path.join(work, 'file'), 'linked');
  await writeFile(path.join(work, 'sec'), 'secret');
  const created = await guarded.sh(
    `docker buildx create --name native --driver remote unix://${guarded.socket}`,
  );
  if (created.code !== 0) throw new Error(created.stderr);
});
afterAll(async () => {
  await agent?.close();
  await guarded?.stop();
});

interface ImageIndex {
  readonly manifests: readonly {
    readonly digest: string;
    readonly platform?: { readonly architecture: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

/** The index of platforms that the first entry of a layout's `index.json` leads to. */
async function readIndex(layout: string, text: string): Promise<ImageIndex> {
  // In the form of the OCI image layout.
  const [first] = (JSON.parse(text) as ImageIndex).manifests;
  const blob = path.join(layout, 'blobs', ...(first?.digest ?? '').split(':'));
  return JSON.parse(await readFile(blob, 'utf8')) as ImageIndex;
}

describe('C: builds by native gRPC (HTTP/2 with prior knowledge)', () => {
  it.each([
    ['native gRPC', `--builder native ${provenance}`, ['provenance.json']],
    isContainerdStore
      ? ['POST /grpc', `--builder default ${provenance}`, ['provenance.json']]
      : ['POST /grpc', '--builder default', []],
  ])('cache mounts, secrets, SSH agents, COPY --link: %s', async (name, options, attestations) => {
    const output = path.join(guarded.scratch, name.replaceAll(/\W/g, ''));
    const built = await guarded.sh(
      `docker buildx build ${options} --no-cache --secret id=s,src=sec --ssh default ` +
        `--metadata-file meta.json --platform linux/amd64 --output type=local,dest=${output} .`,
      { SSH_AUTH_SOCK: agent.socket },
    );
    expect([built.code, built.stderr]).toEqual([0, expect.anything()]);
    expect((await readdir(output)).sort()).toEqual(['cached', 'linked', ...attestations, 'secret', 'ssh']);
    expect(await readFile(path.join(output, 'secret'), 'utf8')).toBe('secret');
    expect(await readFile(path.join(output, 'linked'), 'utf8')).toBe('linked');
    expect(JSON.parse(await readFile(path.join(guarded.work, 'meta.json'), 'utf8'))).toHaveProperty([
      'buildx.build.ref',
    ]);
  });

  it.each(manyPlatforms)('two platforms, with attestations: %s', async (_, builder) => {
    const output = path.join(guarded.scratch, `platforms-${builder}`);
    const type = isContainerdStore ? 'oci,tar=false' : 'local';
    const built = await guarded.sh(
      `docker buildx build --builder ${builder} ${provenance} --platform linux/amd64,linux/arm64 ` +
        `-f D.platforms --metadata-file platforms.json --output type=${type},dest=${output} .`,
    );
    expect([built.code, built.stderr]).toEqual([0, expect.anything()]);
    if (!isContainerdStore) {
      for (const platform of ['linux_amd64', 'linux_arm64'])
        expect((await readdir(path.join(output, platform))).sort()).toEqual(['file', 'provenance.json']);
      return;
    }
    const index = await readIndex(output, await readFile(path.join(output, 'index.json'), 'utf8'));
    const subject = 'vnd.docker.reference.digest';
    const [images, attestations] = [false, true].map((isOne) =>
      index.manifests.filter(({ annotations = {} }) => subject in annotations === isOne),
    );
    expect(images?.map(({ platform }) => platform?.architecture).sort()).toEqual(['amd64', 'arm64']);
    // One for each of them.
    expect(attestations?.map(({ annotations }) => annotations?.[subject]).sort()).toEqual(
      images?.map(({ digest }) => digest).sort(),
    );
    const metadata: unknown = JSON.parse(await readFile(path.join(guarded.work, 'platforms.json'), 'utf8'));
    expect(metadata).toHaveProperty(['containerimage.digest'], expect.stringMatching(/^sha256:/));
  });

  it('lists workers, disk usage and prunes', async () => {
    const found = await guarded.sh(
      'docker buildx inspect native && docker buildx --builder native du && ' +
        'docker buildx --builder native prune -f',
    );
    expect([found.code, found.stdout]).toEqual([0, expect.stringMatching(/Status: +running/)]);
  });

  it('a refused step is refused as by POST /grpc, and logged', async () => {
    const refused = await guarded.sh(
      'docker buildx build --builder native --no-cache --allow network.host -f D.host .',
    );
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/enhanced container isolation: a build with the engine's network/);
    await expect
      .poll(() => guarded.gateway.decisions())
      .toMatch(/\/grpc\/moby\.buildkit\.v1\.Control\/Solve/);
  });

  it('this engine does not take it on its own socket', async () => {
    const client = nativeGrpcClient(guarded.engine.socket);
    try {
      const result = await client.call('/moby.buildkit.v1.Control/ListWorkers', new Uint8Array());
      expect(result.status).toBe(-1);
    } finally {
      client.close();
    }
  });
});
