import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEntrySchema, type StoredAuditEntry } from '../../shared/audit/entry.ts';
import { effectiveSettings } from '../../shared/settings/effective.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../../tests/support/isolated-engine.ts';
import { docker } from '../../tests/support/real-engine.ts';
import { sendRaw } from '../../tests/support/raw-http.ts';
import { explainCommand } from '../explain/explain.ts';
import { explainCompose } from '../explain/explain-compose.ts';
import { simulateCommand } from '../explain/simulate.ts';
import { startGateway, type Gateway } from '../server.ts';

let engine: IsolatedEngine;
let gateway: Gateway;
let scratch: string;
let auditFile: string;
const g = (...args: string[]) => docker(gateway.listenSocket, ...args);
const settings = (mode: 'enforce' | 'audit') =>
  JSON.stringify({
    configurationFileVersion: 2,
    enhancedContainerIsolation: { locked: true, value: true },
    filesharingAllowedDirectories: [],
    bulkhead: { mode },
  });
async function policy(mode: 'enforce' | 'audit'): Promise<void> {
  await writeFile(path.join(scratch, 's.new'), settings(mode));
  await rename(path.join(scratch, 's.new'), path.join(scratch, 's.json'));
}
const failure = async (...args: string[]) =>
  g(...args).then(
    (out) => `was done: ${out}`,
    (error: { stderr?: string }) => error.stderr ?? '',
  );
async function logged(): Promise<StoredAuditEntry[]> {
  await gateway.flushAudit();
  return (await readFile(auditFile, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => auditEntrySchema.parse(JSON.parse(line)));
}
/** Output of a running client, awaited by what it says. */
function talk(...args: string[]): {
  child: ChildProcess;
  until(text: RegExp): Promise<void>;
  ended: Promise<unknown>;
} {
  const child = spawn('docker', ['-H', `unix://${gateway.listenSocket}`, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let wake: () => void = () => undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
      wake();
    });
  const ended = once(child, 'close');
  child.once('close', () => {
    wake();
  });
  return {
    child,
    ended,
    until: async (text) => {
      while (!text.test(output)) {
        if (child.exitCode !== null) throw new Error(`ended (${child.exitCode}) after saying: ${output}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

beforeAll(async () => {
  engine = await startIsolatedEngine();
  scratch = await mkdtemp('/tmp/bulkhead-audit-');
  auditFile = path.join(scratch, 'audit.jsonl');
  await policy('enforce');
  const started = await startGateway({
    engineSocket: engine.socket,
    listenSocket: path.join(scratch, 'docker.sock'),
    settingsFile: path.join(scratch, 's.json'),
    auditFile,
    metricsSocket: path.join(scratch, 'metrics.sock'),
    engineDirectories: [engine.root],
  });
  if (!started.ok) throw new Error(started.error.message);
  gateway = started.value;
});
afterAll(async () => {
  await gateway?.close(0);
  await engine?.stop();
  if (scratch) await rm(scratch, { recursive: true, force: true });
});
beforeEach(() => policy('enforce'));

describe('audit mode: decide, log, forward', () => {
  it('runs what enforcement refuses, and logs what it would have refused', async () => {
    for (const [flags, rule] of [
      [['--pid=host'], 'host-namespace'],
      [['-v', '/etc:/x:ro'], 'bind-not-shared'],
      [['--device', '/dev/tty'], 'host-device'],
    ] as const) {
      await policy('enforce');
      expect(await failure('run', '--rm', ...flags, 'busybox', 'echo', 'ran'), rule).toMatch(
        /enhanced container isolation: /,
      );
      await policy('audit');
      expect(await g('run', '--rm', ...flags, 'busybox', 'echo', 'ran'), rule).toBe('ran\n');
      const create = (await logged()).filter(
        (entry) => entry.rule === rule && /\/containers\/create/.test(entry.target),
      );
      expect(create.map(({ outcome }) => outcome)).toEqual(['deny', 'would-deny']);
      expect(create.at(-1)).toMatchObject({
        client: { uid: 0, pid: expect.any(Number) as unknown },
        origin: { kind: 'clients' },
        what: expect.any(String) as unknown,
        generation: gateway.policy().generation,
      });
    }
  });

  it('logs the cause alone of a run, and what is done with its container later not again', async () => {
    await policy('audit');
    const before = (await logged()).length;
    expect(await g('run', '--name', 'let-through', '-v', '/etc:/x:ro', 'busybox', 'echo', 'ran')).toBe(
      'ran\n',
    );
    await g('start', 'let-through');
    await g('commit', 'let-through', 'let-through');
    const fresh = async () =>
      (await logged())
        .slice(before)
        .filter(({ outcome }) => outcome !== 'rewrite' && outcome !== 'allow')
        .map(({ outcome, rule, container }) => [outcome, rule, container]);
    expect(await fresh()).toEqual([['would-deny', 'bind-not-shared', 'let-through']]);
    await g('image', 'rm', 'let-through');
    // One that audit mode did not create is reported.
    await engine.docker('create', '--runtime=runc', '--name', 'outside', 'busybox', 'true');
    await g('start', 'outside');
    expect((await fresh()).slice(1)).toEqual([['would-deny', 'container-unprotected', 'outside']]);
    // Enforcement refuses both.
    await policy('enforce');
    for (const name of ['let-through', 'outside'])
      expect(await failure('start', name), name).toMatch(/enhanced container isolation: /);
    expect((await fresh()).slice(2)).toEqual([
      ['deny', 'container-unprotected', 'let-through'],
      ['deny', 'container-unprotected', 'outside'],
    ]);
    await g('rm', 'let-through', 'outside');
  });

  it('keeps isolating what is allowed', async () => {
    await policy('audit');
    expect(
      await g('run', '--rm', '--runtime=runc', '--userns=host', 'busybox', 'cat', '/proc/self/uid_map'),
    ).toMatch(/^\s+0\s+[1-9]\d+\s+65536\n$/);
  });

  it("mounts the clients' socket where a Docker socket is requested, so its use is logged", async () => {
    await policy('audit');
    for (const source of ['/var/run/docker.sock', engine.socket]) {
      const id = (await g('create', '-v', `${source}:/var/run/docker.sock`, 'busybox', 'true')).trim();
      expect(JSON.parse(await engine.docker('inspect', '-f', '{{json .HostConfig.Binds}}', id))).toEqual([
        `${gateway.listenSocket}:/var/run/docker.sock`,
      ]);
      await g('rm', id);
    }
  });

  it('refuses a malformed request all the same', async () => {
    await policy('audit');
    expect(
      (
        await sendRaw(
          gateway.listenSocket,
          'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n' +
            'Transfer-Encoding: chunked\r\n\r\n',
        )
      ).status,
    ).toBe(400);
  });

  it('shows in the metrics', async () => {
    await policy('audit');
    await g('rm', (await g('create', '--uts=host', 'busybox', 'true')).trim());
    const text = await new Promise<string>((resolve, reject) => {
      request(
        { socketPath: path.join(scratch, 'metrics.sock'), path: '/metrics', agent: false },
        (response) => {
          let all = '';
          response.on('data', (part: Buffer) => {
            all += part.toString();
          });
          response.on('end', () => {
            resolve(all);
          });
        },
      )
        .on('error', reject)
        .end();
    });
    expect(text).toMatch(
      /^bulkhead_gateway_denials_total\{rule="host-namespace",outcome="would-deny"\} [1-9]/m,
    );
    expect(text).toMatch(/^bulkhead_gateway_mode\{mode="audit"\} 1$/m);
  });
});

describe('explain: decided by the same code, nothing is done', () => {
  const setting = (mode: 'enforce' | 'audit' = 'enforce') => {
    const parsed = effectiveSettings(settings(mode));
    if (!parsed.ok) throw new Error(parsed.error.message);
    return {
      settings: parsed.value,
      engineSocket: engine.socket,
      clientSocket: gateway.listenSocket,
      engineSockets: [engine.socket, gateway.listenSocket],
      engineDirectories: [engine.root],
      stateDirectory: scratch,
    };
  };
  const explain = (...args: string[]) => explainCommand({ ...setting(), args });
  const rules = async (...args: string[]) => {
    const explained = await explain(...args);
    if (!explained.ok) throw new Error(`${explained.error.message}: ${explained.error.reason ?? ''}`);
    return {
      outcome: explained.value.outcome,
      rules: explained.value.requests
        .flatMap((one) => one.findings.map(({ outcome, rule }) => `${outcome} ${rule}`))
        .sort(),
    };
  };
  const state = async () => [
    await engine.docker('ps', '-aq'),
    await engine.docker('volume', 'ls', '-q'),
    await engine.docker('network', 'ls', '-q'),
    await engine.docker('images', '-q'),
  ];

  it("reports every finding of a create request, with the engine's facts", async () => {
    const outside = (
      await engine.docker('create', '--runtime=runc', '--name', 'outside', 'busybox', 'true')
    ).trim();
    await engine.docker('volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/etc', 'bad');
    const before = await state();
    expect(
      await rules(
        'run',
        '--rm',
        '--pid=container:outside',
        '--uts=host',
        '-v',
        '/etc:/a',
        '-v',
        '/usr:/b',
        '-v',
        'bad:/c',
        '-v',
        'fine:/d',
        '--runtime=runc',
        'not-here:1',
      ),
    ).toEqual({
      outcome: 'deny',
      rules: [
        'deny bind-not-shared',
        'deny bind-not-shared',
        'deny bind-not-shared',
        'deny foreign-namespace',
        'deny host-namespace',
        'rewrite runtime-forced',
      ],
    });
    expect(await rules('start', 'outside')).toEqual({
      outcome: 'deny',
      rules: ['deny container-unprotected'],
    });
    expect(await rules('run', '-d', '--privileged', 'busybox')).toEqual({
      outcome: 'rewrite',
      rules: ['rewrite runtime-forced'],
    });
    expect(await rules('volume', 'create', '-o', 'type=ext4', '-o', 'device=/dev/sda', 'v')).toMatchObject({
      outcome: 'deny',
    });
    expect(await rules('network', 'create', 'n')).toEqual({ outcome: 'allow', rules: [] });
    expect(await rules('rm', '-f', 'outside')).toEqual({ outcome: 'allow', rules: [] });
    expect(await rules('pull', 'busybox')).toEqual({ outcome: 'allow', rules: [] });
    expect(await rules('ps')).toEqual({ outcome: 'allow', rules: [] });
    expect(await state()).toEqual(before);
    await engine.docker('rm', outside);
    await engine.docker('volume', 'rm', 'bad');
  });

  it('decides a build by its parameters', async () => {
    const context = await mkdtemp('/tmp/bulkhead-context-');
    try {
      await writeFile(path.join(context, 'Dockerfile'), 'FROM busybox\n');
      expect(await rules('build', '--network=host', context)).toEqual({
        outcome: 'deny',
        rules: ['deny host-network-build'],
      });
      expect(await rules('build', context)).toEqual({ outcome: 'allow', rules: [] });
    } finally {
      await rm(context, { recursive: true });
    }
  });

  it("reports Compose's refusals service by service, and leaves the engine unchanged", async () => {
    const services = {
      pid: 'image: busybox\n    pid: host',
      mount: 'image: busybox\n    volumes: ["/etc:/x:ro"]',
      device: 'image: busybox\n    devices: ["/dev/kmsg:/dev/kmsg"]',
      options: 'image: busybox\n    volumes: ["bad:/x"]',
      network: 'image: busybox\n    network_mode: host',
      fine: 'image: busybox\n    privileged: true\n    volumes: ["data:/d"]',
    };
    const rest = 'volumes:\n  data: {}\n  bad:\n    driver_opts: { type: none, o: bind, device: /etc }\n';
    const before = await state();
    const whole = await explainCompose({
      ...setting(),
      projectDirectory: scratch,
      text: `services:\n${Object.entries(services)
        .map(([name, lines]) => `  ${name}:\n    ${lines}\n`)
        .join('')}${rest}`,
    });
    if (!whole.ok) throw new Error(`${whole.error.message}: ${whole.error.reason ?? ''}`);
    expect(await state()).toEqual(before);
    const output = new Map(
      whole.value.requests.filter(({ kind }) => kind === 'container').map((one) => [one.service, one]),
    );
    expect([...output.keys()].sort()).toEqual(Object.keys(services).sort());
    expect(whole.value.requests.find(({ kind, name }) => kind === 'volume' && name === 'bad')).toMatchObject({
      outcome: 'deny',
    });
    // Each alone, for real: the client's error output contains the simulated refusal.
    await policy('enforce');
    const trailers: Readonly<Record<string, string>> = {
      options: rest.replace('data: {}', ''),
      fine: 'volumes: { data: {} }\n',
    };
    for (const [name, lines] of Object.entries(services)) {
      const file = path.join(scratch, `${name}.yaml`);
      await writeFile(file, `services:\n  ${name}:\n    ${lines}\n${trailers[name] ?? ''}`);
      const real = await failure('compose', '--project-name', 'simulated', '-f', file, 'create');
      const refusal =
        name === 'options'
          ? whole.value.requests.find(({ kind, outcome }) => kind === 'volume' && outcome === 'deny')?.refusal
          : output.get(name)?.refusal;
      if (name === 'fine') {
        expect(real).toMatch(/^was done/);
        expect(refusal).toBeNull();
      } else {
        expect(refusal, name).toMatch(/^enhanced container isolation/);
        expect(real, name).toContain(refusal);
      }
      await g('compose', '--project-name', 'simulated', '-f', file, 'down', '-v');
    }
  });

  it('follows what services share, and checks builds by network, privileges and entitlements', async () => {
    const explained = await explainCompose({
      ...setting(),
      projectDirectory: scratch,
      text:
        'services:\n  a:\n    image: busybox\n    scale: 2\n  b:\n    image: busybox\n' +
        '    network_mode: service:a\n    pid: service:a\n    volumes_from: [a]\n  c:\n' +
        '    build: { context: ., network: host, privileged: true, secrets: [s] }\n    profiles: [p]\n' +
        'secrets: { s: { environment: S } }\n',
    });
    if (!explained.ok) throw new Error(`${explained.error.message}: ${explained.error.reason ?? ''}`);
    expect(
      explained.value.requests
        .filter(({ service }) => service !== undefined)
        .map(({ kind, service, outcome, findings }) => [
          kind,
          service,
          outcome,
          findings
            .map(({ rule }) => rule)
            .filter((rule) => rule !== 'runtime-forced')
            .sort(),
        ])
        .sort(),
    ).toEqual([
      ['build', 'c', 'deny', ['build-entitlement', 'host-network-build']],
      ['container', 'a', 'rewrite', []],
      ['container', 'b', 'rewrite', []],
      ['container', 'c', 'rewrite', []],
    ]);
    expect(explained.value.leftOut).toEqual(['c.build.secrets']);
  });

  it('reports why Compose rejects a file, and can be cancelled', async () => {
    const broken = await explainCompose({
      ...setting(),
      projectDirectory: scratch,
      text: 'services:\n  a:\n    imaje: x\n',
    });
    expect(broken).toMatchObject({
      ok: false,
      error: { code: 'input.unusable', reason: expect.stringMatching(/imaje/) as unknown },
    });
    expect(
      await explainCompose({
        ...setting(),
        projectDirectory: '/no/such/directory',
        text: 'services: { a: { image: busybox } }',
      }),
    ).toMatchObject({
      ok: false,
      error: { code: 'input.unusable', message: expect.stringContaining('/no/such/directory') as unknown },
    });
    const stopped = explainCompose({
      ...setting(),
      projectDirectory: scratch,
      text: 'services: { a: { image: busybox } }',
      signal: AbortSignal.timeout(1),
    });
    expect(await stopped).toMatchObject({ ok: false, error: { code: 'apply.cancelled' } });
  });

  it('simulates a command line as typed, without refused options, a build without a directory', async () => {
    const simulated = await simulateCommand(
      '$ docker run --rm --pid=host \\\n  -v ~/nowhere:/x --privileged busybox sh -c "echo $HI"',
      '/root',
      setting(),
    );
    expect(simulated).toMatchObject({
      ok: true,
      value: {
        explanation: {
          outcome: 'deny',
          clientOutput: expect.stringMatching(
            /^docker: Error response from daemon: enhanced container isolation: --pid=host/,
          ) as unknown,
        },
        without: { text: '$ docker run --rm --privileged busybox sh -c "echo $HI"', outcome: 'rewrite' },
      },
    });
    const audit = await simulateCommand('docker run --pid=host busybox', '/root', setting('audit'));
    expect(audit).toMatchObject({
      ok: true,
      value: {
        explanation: { outcome: 'would-deny' },
        without: { text: 'docker run busybox', outcome: 'rewrite' },
      },
    });
    const build = await simulateCommand(
      'docker buildx build --network host --allow security.insecure -f No.Such.File --push ' +
        '/no/such/directory',
      '/root',
      setting(),
    );
    expect(build).toMatchObject({
      ok: true,
      value: { explanation: { outcome: 'deny', leftOut: ['--push'] }, without: { outcome: 'allow' } },
    });
    expect(await simulateCommand('docker run | x', '/root', setting())).toMatchObject({
      ok: false,
      error: { code: 'input.unusable', params: { problem: 'pipe' } },
    });
  });

  it('rejects commands that do more than send requests to the engine', async () => {
    for (const args of [
      ['compose', 'up'],
      ['buildx', 'build', '.'],
      ['-H', `unix://${engine.socket}`, 'rm', 'x'],
      ['--context', 'x', 'ps'],
      ['context', 'rm', 'x'],
      ['login'],
      ['run', '--cidfile=/tmp/x', 'a'],
      [],
      ['run', '--no-such-flag', 'a'],
    ]) {
      const explained = await explain(...args);
      expect(explained.ok ? explained.value : explained.error.code, args.join(' ')).toBe('input.unusable');
    }
  });
});

describe('operations', () => {
  it('a policy reload drops no connection: exec, events and keep-alive go on', async () => {
    const id = (await g('run', '-d', 'busybox', 'sleep', '1000')).trim();
    const events = talk('events', '--filter', 'type=volume');
    const exec = talk('exec', '-i', id, 'cat');
    exec.child.stdin?.write('before\n');
    await exec.until(/before\n/);
    for (const mode of ['audit', 'enforce', 'audit', 'enforce'] as const) {
      await policy(mode);
      await failure('create', '--pid=host', '--name', `reload-${mode}`, 'busybox');
      await engine.docker('rm', '-f', `reload-${mode}`).catch(() => undefined);
    }
    exec.child.stdin?.end('after\n');
    await exec.until(/after\n/);
    await exec.ended;
    expect(exec.child.exitCode).toBe(0);
    await g('volume', 'create', 'seen');
    await events.until(/volume create seen/);
    events.child.kill('SIGTERM');
    await events.ended;
    await g('volume', 'rm', 'seen');
    await g('rm', '-f', id);
  });

  it('a stopped engine ends streams and causes 503; requests work again once it is back', async () => {
    const events = talk('events', '--since', '5m');
    // An event that arrives shows that the stream is open; one from before it was counts too.
    await Promise.all([events.until(/volume create open/), g('volume', 'create', 'open')]);
    // Asked once it is gone: a dying engine may still take a connection and break it.
    await engine.restartDockerd('SIGKILL', async () => {
      await events.ended;
      const result = await sendRaw(
        gateway.listenSocket,
        'GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n',
      );
      expect(result.status).toBe(503);
      expect(JSON.parse(result.body)).toMatchObject({
        message: expect.stringMatching(/engine is not running/) as unknown,
      });
    });
    expect(await g('version', '-f', '{{.Server.Version}}')).toMatch(/^\d+/);
    expect(await g('run', '--rm', 'busybox', 'echo', 'again')).toBe('again\n');
    await g('volume', 'rm', 'open');
  });
});
