import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { sendJson } from '../support/raw-http.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  await guarded.sh('docker run -d --name box busybox sleep 1000');
});
afterAll(async () => {
  await guarded?.stop();
});

async function post(
  target: string,
  body: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await sendJson(guarded.socket, 'POST', `/v1.45${target}`, JSON.stringify(body));
  // The engine may respond in one chunk.
  const text = /\{.*\}/s.exec(answer.body)?.[0] ?? '{}';
  return { status: answer.status, json: JSON.parse(text) as Record<string, unknown> };
}
const idOf = ({ json }: { json: Record<string, unknown> }): string => String(json['Id']);

describe('A1: bodies as sent by other clients', () => {
  it('exec of docker-py: the container again, detach keys in another case', async () => {
    const made = await post('/containers/box/exec', {
      Container: 'box',
      User: '',
      Privileged: false,
      Tty: false,
      AttachStdin: false,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: ['true'],
      Env: null,
      detachKeys: 'ctrl-x',
    });
    expect(made.status).toBe(201);
    const inspected = await guarded.sh(
      `curl -s --unix-socket ${guarded.socket} http://d/v1.45/exec/${idOf(made)}/json`,
    );
    // 24 is Ctrl-X.
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      ContainerID: expect.any(String),
      DetachKeys: 'GA==',
    });
    expect(
      await post(`/exec/${idOf(made)}/start`, { Detach: true, execId: 'x', RawTerminal: true }),
    ).toMatchObject({ status: 200 });
  });

  it('exec and commit of docker-java', async () => {
    expect(
      await post('/containers/box/exec', { containerId: 'box', Cmd: ['true'], User: null }),
    ).toMatchObject({
      status: 201,
    });
    const committed = await post('/commit?container=box&repo=committed&tag=1', {
      containerId: 'box',
      repository: 'committed',
      tag: '1',
      message: null,
      author: 'me',
      Memory: 1,
      MemorySwap: 0,
      DisableNetwork: false,
      PortSpecs: null,
      Cmd: ['true'],
    });
    expect(committed.status).toBe(201);
  });

  it('create of docker-java, and with fields of HostConfig at the top level', async () => {
    const made = await post('/containers/create', {
      Image: 'busybox',
      name: 'ignored',
      authConfig: { username: 'me', password: 'secret' },
      Dns: ['192.0.2.1'],
      Runtime: 'runc',
      CapAdd: ['ALL'],
      Memory: 67_108_864,
      HostConfig: { LxcConf: ['x'], Binds: [] },
    });
    expect(made.status).toBe(201);
    const inspected = await guarded.sh(`docker inspect ${idOf(made)}`);
    expect(JSON.parse(inspected.stdout)).toMatchObject([
      { HostConfig: { Memory: 67_108_864, CapAdd: null, Runtime: 'bulkhead' } },
    ]);
    expect(inspected.stdout).not.toMatch(/192\.0\.2\.1|secret/);
  });

  it('a create with HostConfig in lower case is the same create', async () => {
    const made = await post('/containers/create', {
      image: 'busybox',
      hostconfig: { memory: 67_108_864, labels: null },
    });
    expect(made.status).toBe(201);
    const inspected = await guarded.sh(`docker inspect ${idOf(made)}`);
    expect(JSON.parse(inspected.stdout)).toMatchObject([{ HostConfig: { Memory: 67_108_864 } }]);
    expect(
      await post('/containers/create', { image: 'busybox', hostconfig: { pidmode: 'host' } }),
    ).toMatchObject({
      status: 403,
    });
  });

  it('a volume with the fields of an inspected one, networks of go-dockerclient', async () => {
    expect(await post('/volumes/create', { Name: 'vol', Mountpoint: '/x', Scope: 'local' })).toMatchObject({
      status: 201,
    });
    expect(await post('/networks/create', { Name: 'net', Containers: { box: {} }, Id: 'x' })).toMatchObject({
      status: 201,
    });
    expect(await post('/networks/net/connect', { Container: 'box', Force: true })).toMatchObject({
      status: 200,
    });
    expect(
      await post('/networks/net/disconnect', { Container: 'box', EndpointConfig: { Aliases: ['a'] } }),
    ).toMatchObject({ status: 200 });
  });
});
