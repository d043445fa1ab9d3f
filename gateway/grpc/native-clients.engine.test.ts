import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeGrpcClient } from '../../tests/support/grpc-client.ts';
import { side, type Side } from '../../tests/support/guarded-engine.ts';
import { startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { openAgent, type Agent } from '../../tests/support/ssh-agent.ts';
import { startGateway, type Gateway } from '../server.ts';

// buildx's driver `remote` speaks gRPC from its first byte, as clients of API 1.53 do on the engine's socket.
let engine: BareEngine;
let gateway: Gateway;
let scratch: string;
let guarded: Side;
let agent: Agent;

const dockerfile = `FROM busybox AS base
RUN --mount=type=cache,target=/c date +%N > /c/one && cp /c/one /cached
RUN --mount=type=secret,id=s cat /run/secrets/s > /secret
RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo agent > /ssh
FROM scratch
COPY --link --from=base /cached /secret /ssh /
COPY --link --chown=44:55 file /linked
`;

beforeAll(async () => {
  engine = await startBareEngine({
    daemonJson: { runtimes: { bulkhead: { path: '/usr/sbin/runc' } } },
  });
  scratch = await mkdtemp('/tmp/bulkhead-native-');
  const settingsFile = path.join(scratch, 'admin-settings.json');
  await writeFile(
    settingsFile,
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true },
    }),
  );
  const started = await startGateway({
    engineSocket: engine.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile,
    auditFile: path.join(scratch, 'audit.jsonl'),
    engineDirectories: [engine.root],
    requireUserNamespace: false,
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
  const work = path.join(scratch, 'work');
  await mkdir(work);
  guarded = side(gateway.listenSocket, work);
  agent = await openAgent(scratch);
  await writeFile(path.join(work, 'Dockerfile'), dockerfile);
  await writeFile(path.join(work, 'D.host'), 'FROM busybox\nRUN --network=host true\n');
  await writeFile(path.join(work, 'file'), 'linked');
  await writeFile(path.join(work, 'sec'), 'secret');
  const created = await guarded.sh(
    `docker buildx create --name native --driver remote unix://${gateway.listenSocket}`,
  );
  if (created.code !== 0) throw new Error(created.stderr);
});
afterAll(async () => {
  await agent?.close();
  await gateway?.close(0);
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});

describe('C: builds by native gRPC (HTTP/2 with prior knowledge)', () => {
  it.each([
    // buildx's driver for `POST /grpc` makes no attestations with this engine's image store.
    ['native gRPC', '--builder native --provenance mode=max', ['provenance.json']],
    ['POST /grpc', '--builder default', []],
  ])('cache mounts, secrets, SSH agents, COPY --link: %s', async (name, options, attestations) => {
    const output = path.join(scratch, name.replaceAll(/\W/g, ''));
    const built = await guarded.sh(
      `docker buildx build ${options} --no-cache --secret id=s,src=sec --ssh default ` +
        `--metadata-file meta.json --platform linux/amd64 --output type=local,dest=${output} .`,
      { SSH_AUTH_SOCK: agent.socket },
    );
    expect([built.code, built.stderr]).toEqual([0, expect.anything()]);
    expect((await readdir(output)).sort()).toEqual(['cached', 'linked', ...attestations, 'secret', 'ssh']);
    expect(await readFile(path.join(output, 'secret'), 'utf8')).toBe('secret');
    expect(await readFile(path.join(output, 'linked'), 'utf8')).toBe('linked');
    expect(JSON.parse(await readFile(path.join(scratch, 'work/meta.json'), 'utf8'))).toHaveProperty([
      'buildx.build.ref',
    ]);
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
    await gateway.flushAudit();
    expect(await readFile(path.join(scratch, 'audit.jsonl'), 'utf8')).toMatch(
      /\/grpc\/moby\.buildkit\.v1\.Control\/Solve/,
    );
  });

  it('this engine does not take it on its own socket', async () => {
    const client = nativeGrpcClient(engine.socket);
    try {
      const result = await client.call('/moby.buildkit.v1.Control/ListWorkers', new Uint8Array());
      expect(result.status).toBe(-1);
    } finally {
      client.close();
    }
  });
});
