import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bridgeSolveRequest,
  execMessage,
  newContainerRequest,
  returnRequest,
  solveRequest,
} from '../../shared/policy/buildkit-messages.ts';
import { definition, op } from '../../shared/policy/llb-messages.ts';
import { messageOf, readMessage, textOf } from '../../shared/policy/protobuf.ts';
import { encoded, type PlainMessage } from '../../shared/policy/protobuf-plain.ts';
import { buildContainerId } from '../../tests/support/build-container.ts';
import { grpcClient, type GrpcClient } from '../../tests/support/grpc-client.ts';
import { startGitServer } from '../../tests/support/git-server.ts';
import { layerGuardProgram } from '../../tests/support/gateway-process.ts';
import { side, type Side } from '../../tests/support/guarded-engine.ts';
import { startBareEngine, type BareEngine } from '../../tests/support/real-engine.ts';
import { isEngineAtLeast, runcPath } from '../../tests/support/test-engine.ts';
import { frontendContext } from '../../tests/adversary/attempts/frontend-image.ts';
import {
  noListenerStore,
  trackListeners,
  type InheritedListener,
} from '../../shared/gateway/listener-handoff.ts';
import { duplicateDescriptor } from '../base/libc.ts';
import { startGateway, type Gateway } from '../server.ts';
import { frame } from '../../shared/grpc/frames.ts';

// One engine that would allow everything, and two doors to it: its own socket and the gateway's. So it is the
// gateway that refuses.
let engine: BareEngine;
let gateway: Gateway;
let scratch: string;
let direct: Side;
let guarded: Side;
const clients: GrpcClient[] = [];

beforeAll(async () => {
  engine = await startBareEngine({
    daemonJson: {
      runtimes: { bulkhead: { path: runcPath } },
      'default-runtime': 'bulkhead',
      builder: { entitlements: { 'network-host': true, 'security-insecure': true } },
    },
  });
  scratch = await mkdtemp('/tmp/bulkhead-builds-');
  const settingsFile = path.join(scratch, 'admin-settings.json');
  await writeFile(
    settingsFile,
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { locked: true, value: true },
      blockDockerLoad: { value: true },
    }),
  );
  const started = await startGateway({
    engineSocket: engine.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile,
    auditFile: path.join(scratch, 'audit.jsonl'),
    engineDirectories: [engine.root],
    requireUserNamespace: false,
    layerGuardProgram,
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
  await mkdir(path.join(scratch, 'work'));
  direct = side(engine.socket, path.join(scratch, 'work'));
  guarded = side(gateway.listenSocket, path.join(scratch, 'work'));
  await writeFile(path.join(scratch, 'work', 'file'), 'x');
});
afterAll(async () => {
  for (const client of clients) client.close();
  await gateway?.close(0);
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
  // The cgroups that the engine made where the attempts wanted them.
  await promisify(execFile)('sh', [
    '-c',
    'find /sys/fs/cgroup -maxdepth 4 -depth -type d -path "*/bulkhead-build-test*" -exec rmdir {} +',
  ]).catch(() => undefined);
});

const dockerfile = (name: string, ...lines: string[]) =>
  writeFile(path.join(scratch, 'work', name), ['FROM busybox', ...lines, ''].join('\n'));
async function client(side: Side): Promise<GrpcClient> {
  const made = await grpcClient(side.socket);
  clients.push(made);
  return made;
}

describe('C: a build that the engine accepts and the gateway refuses, with the reason', () => {
  /** Succeeds in the engine's network namespace only: the engine's bridge is there. */
  const sees = () => `grep -q ${engine.settings.bridge} /proc/net/dev`;

  it.each<[string, RegExp]>([
    ['docker build --no-cache --network=host -f D.host .', /a build with the engine's network/],
    [
      'DOCKER_BUILDKIT=0 docker build --no-cache --network=host -f D.host .',
      /docker build --network=host is blocked/,
    ],
    ['docker buildx build --no-cache --allow network.host -f D.step .', /a build with the engine's network/],
    [
      'docker buildx build --no-cache --allow security.insecure -f D.plain .',
      /docker buildx build --allow security\.insecure is blocked: builds get no rights beyond isolation/,
    ],
    [
      'docker buildx build --no-cache --cgroup-parent bhx/../bulkhead-build-test -f D.cgroup .',
      /--cgroup-parent bhx\/\.\.\/bulkhead-build-test is blocked/,
    ],
  ])('%s', async (script, message) => {
    await dockerfile('D.host', `RUN ${sees()}`);
    await dockerfile('D.step', `RUN --network=host ${sees()}`);
    await dockerfile('D.plain', 'RUN true');
    await dockerfile('D.cgroup', 'RUN grep -q bulkhead-build-test /proc/self/cgroup');
    const real = await direct.sh(script);
    expect([real.code, real.stderr]).toEqual([0, expect.anything()]);
    const refused = await guarded.sh(script);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/enhanced container isolation: .*no setting allows it/);
    expect(refused.stderr).toMatch(message);
  });

  it('a Dockerfile with RUN --network=host, also without --allow', async () => {
    await dockerfile('D.step', `RUN --network=host ${sees()}`);
    const refused = await guarded.sh('docker buildx build --no-cache -f D.step .');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/enhanced container isolation: a build with the engine's network/),
    ]);
  });

  it('blockDockerLoad: a builder that loads its image as an archive gets the refusal', async () => {
    const refused = await guarded.sh('docker save -o i.tar busybox && docker load -i i.tar');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/docker load is blocked: .*blockDockerLoad/),
    ]);
    // The docker driver's --load loads nothing.
    expect(
      (
        await guarded.sh(
          'docker buildx build -q --load -t loaded -f D.plain . && docker run --rm loaded true',
        )
      ).code,
    ).toBe(0);
  });

  it('the log names the call', async () => {
    await gateway.flushAudit();
    const entries = (await readFile(path.join(scratch, 'audit.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toContainEqual(
      expect.objectContaining({
        outcome: 'deny',
        rule: 'build-entitlement',
        target: expect.stringMatching(/\/grpc\/moby\.buildkit\.v1\.Control\/Solve$/) as unknown,
      }),
    );
  });
});

describe('C: a gRPC client other than buildx', () => {
  const image = {
    source: {
      identifier: 'docker-image://docker.io/library/busybox:latest',
      attrs: { 'image.resolvemode': 'local' },
    },
  };
  const input = (bytes: Uint8Array) => ({
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  });
  /** Two steps: busybox, and a command in it. */
  function graph(command: string, exec: PlainMessage): PlainMessage {
    const base = encoded(op, image);
    const run = encoded(op, {
      inputs: [input(base)],
      exec: {
        meta: { args: ['/bin/sh', '-c', command], env: ['PATH=/bin', `N=${Math.random()}`], cwd: '/' },
        mounts: [{ dest: '/' }],
        ...exec,
      },
    });
    return { def: [base, run, encoded(op, { inputs: [input(run)] })] };
  }
  let builds = 0;
  const containerId = buildContainerId();
  const solve = async (side: Side, request: PlainMessage) =>
    (await client(side)).call(
      '/moby.buildkit.v1.Control/Solve',
      encoded(solveRequest, { Ref: `ref${builds++}`, ...request }),
    );

  it('builds what is harmless', async () => {
    expect(await solve(guarded, { Definition: graph('true', {}) })).toMatchObject({ status: 0 });
    expect(await solve(guarded, { Definition: graph('exit 3', {}) })).toMatchObject({
      status: 2,
      message: expect.stringMatching(/exit code: 3/) as unknown,
    });
  });

  it.each<[string, () => PlainMessage, RegExp]>([
    [
      "a step in the engine's network",
      () => ({
        Entitlements: ['network.host'],
        Definition: graph(`grep -q ${engine.settings.bridge} /proc/net/dev`, { network: 1 }),
      }),
      /engine's network/,
    ],
    [
      'a privileged step',
      () => ({
        Entitlements: ['security.insecure'],
        Definition: graph('mount -t tmpfs x /mnt || mount -t tmpfs x /tmp', { security: 1 }),
      }),
      /security\.insecure/,
    ],
    [
      'a step in cgroups elsewhere',
      () => ({
        Definition: graph('grep -q bulkhead-build-test /proc/self/cgroup', {
          meta: {
            args: ['/bin/grep', '-q', 'bulkhead-build-test', '/proc/self/cgroup'],
            cwd: '/',
            cgroupParent: 'x/../bulkhead-build-test',
          },
        }),
      }),
      /cgroup-parent/,
    ],
  ])('%s', async (_name, request, message) => {
    expect(await solve(direct, request())).toMatchObject({ status: 0, message: '' });
    expect(await solve(guarded, request())).toMatchObject({
      status: 7,
      message: expect.stringMatching(message) as unknown,
    });
    // Without asking for the right first, the step itself is refused.
    expect(await solve(guarded, { ...request(), Entitlements: [] })).toMatchObject({
      status: 7,
      message: expect.stringMatching(/^enhanced container isolation: /) as unknown,
    });
  });

  it('a connection from before ECI was turned on: its calls are decided once ECI is on', async () => {
    const write = (eci: boolean) =>
      writeFile(
        path.join(scratch, 'admin-settings.json'),
        JSON.stringify({
          configurationFileVersion: 2,
          enhancedContainerIsolation: { locked: true, value: eci },
          blockDockerLoad: { value: true },
        }),
      );
    const hostNetwork = () =>
      encoded(solveRequest, {
        Ref: `ref${builds++}`,
        Entitlements: ['network.host'],
        Definition: graph(`grep -q ${engine.settings.bridge} /proc/net/dev`, { network: 1 }),
      });
    const call = (connection: GrpcClient) =>
      connection.call('/moby.buildkit.v1.Control/Solve', hostNetwork());
    try {
      await write(false);
      await expect.poll(() => gateway.policy().settings.eci.value).toBe(false);
      const connection = await client(guarded);
      expect(await call(connection)).toMatchObject({ status: 0, message: '' });
      expect(await connection.call('/unknown.Service/Method', new Uint8Array())).toMatchObject({
        status: 12,
      });
      await write(true);
      expect(await call(connection)).toMatchObject({
        status: 7,
        message: expect.stringMatching(/engine's network/) as unknown,
      });
    } finally {
      await write(true);
      await expect.poll(() => gateway.policy().settings.eci.value).toBe(true);
    }
  });

  it("steps hidden from the gateway: a frontend's get no rights, those from a file are refused", async () => {
    const file = (name: string, data: Uint8Array) => ({
      file: {
        actions: [
          { input: -1, secondaryInput: -1, output: 0, mkfile: { path: `/${name}`, mode: 0o644, data } },
        ],
      },
    });
    const whole = (...steps: Uint8Array[]) => {
      const def = [...steps, encoded(op, { inputs: [input(steps.at(-1) ?? new Uint8Array())] })];
      return { def, metadata: Object.fromEntries(def.map((bytes) => [input(bytes).digest, {}])) };
    };
    const dockerfileInput = whole(
      encoded(
        op,
        file(
          'Dockerfile',
          Buffer.from(`FROM busybox\nRUN --network=host grep -q ${engine.settings.bridge} /proc/net/dev\n`),
        ),
      ),
    );
    const frontend = {
      Frontend: 'dockerfile.v0',
      FrontendAttrs: { 'image-resolve-mode': 'local', 'no-cache': '' },
      FrontendInputs: { context: dockerfileInput, dockerfile: dockerfileInput },
    };
    expect(await solve(direct, { ...frontend, Entitlements: ['network.host'] })).toMatchObject({
      status: 0,
      message: '',
    });
    expect(await solve(guarded, frontend)).toMatchObject({
      message: expect.stringMatching(
        /network\.host is not allowed: .*isolation: a build with the engine's network .* is blocked/,
      ) as unknown,
    });

    const steps = encoded(
      op,
      file(
        'buildkit.llb.definition',
        encoded(definition, graph(`grep -q ${engine.settings.bridge} /proc/net/dev`, { network: 1 })),
      ),
    );
    const fromFile = {
      Definition: whole(
        steps,
        encoded(op, {
          inputs: [input(steps)],
          build: { builder: -1, inputs: { 'buildkit.llb.definition': { input: 0 } } },
        }),
      ),
    };
    expect(await solve(direct, { ...fromFile, Entitlements: ['network.host'] })).toMatchObject({
      status: 0,
      message: '',
    });
    expect(await solve(guarded, fromFile)).toMatchObject({
      status: 7,
      message: expect.stringMatching(
        /a build step that takes further steps from a file is blocked/,
      ) as unknown,
    });
  });

  describe("a download whose file name escapes BuildKit's directory", () => {
    let server: Server;
    const fetched: string[] = [];
    let outside: string;
    /** What the engine leaves outside of its directory: newer ones keep the file in it. */
    let writtenByEngine: string | null;
    beforeAll(async () => {
      outside = path.join(scratch, 'outside');
      writtenByEngine = (await isEngineAtLeast(28)) ? null : 'written as root';
      server = createServer((request, response) => {
        fetched.push(request.url ?? '');
        response.end('written as root');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterAll(() => {
      server.close();
    });
    beforeEach(async () => {
      await rm(outside, { force: true });
      fetched.length = 0;
    });
    const written = () => readFile(outside, 'utf8').catch(() => null);
    /** The download alone; each is another one to BuildKit. */
    const download = () => {
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/${builds++}`;
      const source = encoded(op, {
        source: { identifier: url, attrs: { 'http.filename': `${'../'.repeat(20)}${outside}` } },
      });
      return { def: [source, encoded(op, { inputs: [input(source)] })] };
    };

    it('is written there as root by older engines, and refused by the gateway', async () => {
      await solve(direct, { Definition: download() });
      expect([fetched.length, await written()]).toEqual([1, writtenByEngine]);
      await rm(outside, { force: true });
      expect(await solve(guarded, { Definition: download() })).toMatchObject({
        status: 7,
        message: expect.stringMatching(/the file name \.\.\/.* is blocked/) as unknown,
      });
      expect([fetched.length, await written()]).toEqual([1, null]);
    });

    it('requested by a frontend image inside the daemon: it is not even fetched', async () => {
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/${builds++}`;
      await writeFile(path.join(scratch, 'work', 'front.tar'), frontendContext(url, outside));
      await writeFile(path.join(scratch, 'work', 'D.front'), '# syntax=front\nFROM busybox\n');
      expect(
        (await direct.sh('DOCKER_BUILDKIT=0 docker build -q -t front - < front.tar')).stderr,
      ).not.toMatch(/error/i);
      fetched.length = 0;
      const build = 'docker buildx build --no-cache -f D.front .';
      // The frontend ran, and ended on the response to its call.
      expect((await guarded.sh(build)).stderr).toMatch(/no result for incomplete build/);
      expect([fetched, await written()]).toEqual([[], null]);
      await direct.sh(build);
      expect(await written()).toBe(writtenByEngine);
      expect(fetched).not.toEqual([]);
    });

    it.each<[string, () => Side, boolean]>([
      ['a build that was started at the engine gets it', () => direct, true],
      ['one that was started through the gateway does not', () => guarded, false],
    ])(
      'requested past the gateway, as a frontend does inside the daemon: %s',
      async (_name, startedAt, gets) => {
        const id = `inside${builds++}`;
        const build = (await client(startedAt())).open('/moby.buildkit.v1.Control/Solve');
        build.stream.end(frame(encoded(solveRequest, { Ref: id })));
        const request = encoded(bridgeSolveRequest, {
          Definition: download(),
          allowResultReturn: true,
          allowResultArrayRef: true,
          Evaluate: true,
        });
        const response = await (
          await client(direct)
        ).call('/moby.buildkit.v1.frontend.LLBBridge/Solve', request, { 'buildkit-controlapi-buildid': id });
        expect(fetched).toHaveLength(gets ? 1 : 0);
        expect(await written()).toBe(gets ? writtenByEngine : null);
        if (!gets)
          expect(response).toMatchObject({
            message: expect.stringMatching(/source "http:.*" denied by policy/) as unknown,
          });
        build.stream.close();
        await build.result;
      },
    );
  });

  it('unknown fields and calls', async () => {
    const made = await client(guarded);
    expect(await made.call('/moby.buildkit.v1.Control/Solve', Uint8Array.of(0xf8, 0x06, 1))).toMatchObject({
      status: 7,
      message: expect.stringMatching(/field 111/) as unknown,
    });
    expect(await made.call('/containerd.services.content.v1.Content/Write', new Uint8Array())).toMatchObject({
      status: 7,
      message: expect.stringMatching(/the build call/) as unknown,
    });
    expect(await made.call('/moby.buildkit.v1.Control/Info', new Uint8Array())).toMatchObject({ status: 0 });
  });

  it('a container of its own in a build: only in the sandbox', async () => {
    const made = await client(guarded);
    const id = `interactive${builds++}`;
    const metadata = { 'buildkit-controlapi-buildid': id };
    const bridge = (method: string, message: Uint8Array) =>
      made.call(`/moby.buildkit.v1.frontend.LLBBridge/${method}`, message, metadata);
    const build = made.open('/moby.buildkit.v1.Control/Solve');
    build.stream.end(frame(encoded(solveRequest, { Ref: id })));
    const solved = await bridge(
      'Solve',
      encoded(bridgeSolveRequest, {
        Definition: graph('true', {}),
        allowResultReturn: true,
        allowResultArrayRef: true,
        Evaluate: true,
      }),
    );
    expect(solved).toMatchObject({ status: 0 });
    const read = readMessage(
      {
        name: 'SolveResponse',
        fields: {
          1: { name: 'ref', type: 'string' },
          3: { ...returnRequest.fields[1], name: 'result', type: returnRequest.fields[1]?.type ?? 'bytes' },
        },
      },
      solved.messages[0] ?? new Uint8Array(),
    );
    const ref = read.ok
      ? textOf(messageOf(messageOf(read.message, 'result'), 'ref'), 'id')
      : read.problem.where;
    const container = { ContainerID: containerId, Mounts: [{ dest: '/', resultID: ref }] };
    expect(
      await bridge('NewContainer', encoded(newContainerRequest, { ...container, Network: 1 })),
    ).toMatchObject({ status: 7, message: expect.stringMatching(/engine's network/) as unknown });
    for (const ContainerID of [`../../../../../../../..${scratch}/made`, 'hosts', '']) {
      expect(
        await bridge('NewContainer', encoded(newContainerRequest, { ...container, ContainerID })),
      ).toMatchObject({
        status: 7,
        message: expect.stringMatching(/of a container in a build is blocked/) as unknown,
      });
    }
    expect(await bridge('NewContainer', encoded(newContainerRequest, container))).toMatchObject({
      status: 0,
    });
    const exec = async (init: PlainMessage) => {
      const { stream, result } = made.open('/moby.buildkit.v1.frontend.LLBBridge/ExecProcess', metadata);
      stream.write(
        frame(
          encoded(execMessage, {
            ProcessID: 'p',
            Init: {
              ContainerID: containerId,
              Meta: { args: ['/bin/cat'], env: ['PATH=/bin'], cwd: '/' },
              Fds: [0, 1, 2],
              ...init,
            },
          }),
        ),
      );
      return { stream, result };
    };
    expect(await (await exec({ Security: 1 })).result).toMatchObject({
      status: 7,
      message: expect.stringMatching(/privileged build step/) as unknown,
    });
    const { stream, result } = await exec({});
    await once(stream, 'data');
    stream.write(
      frame(encoded(execMessage, { ProcessID: 'p', File: { Fd: 0, Data: Buffer.from('typed') } })),
    );
    stream.write(frame(encoded(execMessage, { ProcessID: 'p', File: { Fd: 0, EOF: true } })));
    // Half-closing the call ends the process.
    stream.on('data', (part: Buffer) => {
      if (part.includes('typed')) stream.end();
    });
    expect(Buffer.concat((await result).messages).toString('latin1')).toMatch(/typed/);
    build.stream.close();
    await build.result;
  });
});

describe('ordinary builds are unchanged', () => {
  it('a context of 60 MB, outputs as files and as an archive, cache kept, shown and pruned', async () => {
    const shown = await guarded.sh(`mkdir -p big && head -c 60000000 /dev/urandom > big/blob &&
cat > big/Dockerfile << 'END'
FROM busybox
COPY blob /b
RUN --mount=type=cache,target=/c cp /b /c/b && wc -c < /c/b > /n
FROM scratch
COPY --from=0 /n /b /
END
docker buildx build -q -o type=local,dest=out big && cat out/n && cmp out/b big/blob && echo same
docker buildx build -q -o type=tar,dest=out.tar big && tar -xOf out.tar n
docker buildx du --verbose | grep -c cachemount; docker buildx prune -af | grep -c Total`);
    expect(shown.stdout.split('\n').filter((line) => line !== '')).toEqual([
      '60000000',
      'same',
      '60000000',
      '1',
      '1',
    ]);
  });

  it('downloads and repositories, as a context and in a Dockerfile', async () => {
    const repositories = path.join(scratch, 'repositories');
    const server = await startGitServer(repositories);
    try {
      await server.addRepository('plain');
      const at = `http://127.0.0.1:${server.port}/plain.git`;
      await dockerfile(
        'D.add',
        `ADD ${at}/info/refs?service=git-upload-pack /refs`,
        `ADD ${at}#master /whole`,
        'RUN test -s /refs && test -s /whole/Dockerfile',
      );
      const built = await guarded.sh(
        `docker buildx build -q -f D.add . && docker buildx build -q ${at}#master && ` +
          `DOCKER_BUILDKIT=1 docker build -q ${at}`,
      );
      expect(built.stderr).toBe('');
      expect(built.stdout.match(/^sha256:/gm)).toHaveLength(3);
    } finally {
      server.close();
    }
  });

  it('a repository over ssh without an agent is refused by BuildKit, not fetched as the engine', async () => {
    const built = await guarded.sh('docker buildx build git@127.0.0.1:x.git');
    expect(built.code).not.toBe(0);
    expect(built.stderr).toMatch(/SSH|ssh/);
  });

  it('five at once', async () => {
    const done = await Promise.all(
      [1, 2, 3, 4, 5].map(async (i) => {
        await dockerfile(`D.par${i}`, `RUN echo ${i} > /n && sleep 1`);
        return guarded.sh(
          `docker buildx build -q -t par${i} -f D.par${i} . && docker run --rm par${i} cat /n`,
        );
      }),
    );
    expect(done.map(({ stdout }) => stdout.trim().split('\n').at(-1))).toEqual(['1', '2', '3', '4', '5']);
  });

  it('an interrupted build ends at the engine', async () => {
    await dockerfile('D.sleep', 'RUN echo begun && sleep 98765');
    const running =
      'docker buildx build --progress=plain --no-cache -f D.sleep . 2> err & pid=$!; ' +
      'until grep -q "begun$" err; do sleep 0.1; done; pgrep -xf "sleep 98765" > /dev/null && ' +
      'echo runs; kill -INT $pid; wait $pid; echo $?; i=0; while pgrep -xf "sleep 98765" > /dev/null ' +
      '&& [ $i -lt 100 ]; do i=$((i+1)); sleep 0.1; done; pgrep -xf "sleep 98765" || echo ended';
    expect((await guarded.sh(running)).stdout).toMatch(/^runs\n(?:1|130)\nended\n$/);
  });

  it('a failing step is shown with its line, or with its step if the Dockerfile is too long', async () => {
    await dockerfile('D.fail', 'RUN exit 3');
    expect((await guarded.sh('docker buildx build -f D.fail .')).stderr).toMatch(
      />>> RUN exit 3[\s\S]*exit code: 3/,
    );
    await dockerfile(
      'D.long',
      'RUN exit 3',
      ...Array.from({ length: 2000 }, (_, i) => `# padding padding padding padding ${i}`),
    );
    const long = await guarded.sh('docker buildx build -f D.long .');
    expect(long.stderr).toMatch(
      /process "\/bin\/sh -c exit 3" did not complete .*: exit code: 3[\s\S]*too long to be passed on/,
    );
    expect((await guarded.sh('docker buildx build -q -f D.plain .')).code).toBe(0);
  });

  it('the build history is shown', async () => {
    // BuildHistoryRequest: EarlyExit (3).
    const history = await (
      await client(guarded)
    ).call('/moby.buildkit.v1.Control/ListenBuildHistory', Uint8Array.of(0x18, 1));
    expect(history.status).toBe(0);
    expect(history.messages.length).toBeGreaterThan(0);
  });
});

it('a replaced gateway ends with its last build; idle connections for builds end at once', async () => {
  const start = async (inherited: readonly InheritedListener[]) => {
    const listenerStore = trackListeners(noListenerStore, inherited);
    const started = await startGateway({
      engineSocket: engine.socket,
      listenSocket: path.join(scratch, 'replaced.sock'),
      settingsFile: path.join(scratch, 'admin-settings.json'),
      stateDirectory: path.join(scratch, 'state'),
      requireUserNamespace: false,
      inherited,
      listenerStore,
    });
    if (!started.ok) throw new Error(started.error.message);
    return { gateway: started.value, listeners: listenerStore.current };
  };
  const old = await start([]);
  const replaced = side(old.gateway.listenSocket, path.join(scratch, 'work'));
  const idle = await client(replaced);
  await idle.call('/moby.buildkit.v1.Control/Info', new Uint8Array());
  await dockerfile('D.replaced', 'RUN sleep 8.7654');
  const built = replaced.sh('docker buildx build --no-cache -t replaced -f D.replaced .');
  await expect.poll(() => promisify(execFile)('pgrep', ['-xf', 'sleep 8.7654'])).toBeTruthy();
  const kept = old.listeners().map(({ name, fd }) => ({ name, fd: duplicateDescriptor(fd) }));
  const { ended } = await old.gateway.retire();
  const successor = await start(kept);
  try {
    expect((await replaced.sh('docker buildx build -q -f D.plain .')).code).toBe(0);
    expect(await built).toMatchObject({ code: 0 });
    await ended;
    expect((await replaced.sh('docker run --rm replaced true')).code).toBe(0);
  } finally {
    await old.gateway.close(0);
    await successor.gateway.close(0);
  }
});
