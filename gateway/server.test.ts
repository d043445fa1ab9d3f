import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway } from './server.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-gateway-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** What the gateway says about a settings document when it starts. */
async function startLine(settings: unknown): Promise<string> {
  const settingsFile = path.join(dir, 'admin-settings.json');
  await writeFile(settingsFile, JSON.stringify(settings));
  const lines: string[] = [];
  const gateway = await startGateway({
    engineSocket: path.join(dir, 'none.sock'),
    listenSocket: path.join(dir, 'docker.sock'),
    settingsFile,
    log: (line) => {
      lines.push(line);
    },
  });
  if (!gateway.ok) throw new Error(gateway.error.message);
  await gateway.value.close(0);
  return lines.join('\n');
}

describe('the gateway reports the policy that it enforces', () => {
  const eci = { value: true, locked: true };
  it('reports that audit mode refuses nothing', async () => {
    expect(await startLine({ enhancedContainerIsolation: eci, bulkhead: { mode: 'audit' } })).toMatch(
      /isolation on; audit mode: rules deny nothing/,
    );
  });
  it('does not mention audit mode where it has no effect', async () => {
    expect(await startLine({ enhancedContainerIsolation: eci })).toMatch(/isolation on$/m);
    expect(
      await startLine({ enhancedContainerIsolation: { value: false }, bulkhead: { mode: 'audit' } }),
    ).toMatch(/isolation off$/m);
  });
  it('reports what stays in force when the file breaks later, in one line', async () => {
    const settingsFile = path.join(dir, 'admin-settings.json');
    await writeFile(settingsFile, JSON.stringify({ enhancedContainerIsolation: eci }));
    const lines: string[] = [];
    let onBroken = () => {
      /* not waited for yet */
    };
    const broken = new Promise<void>((resolve) => {
      onBroken = resolve;
    });
    const gateway = await startGateway({
      engineSocket: path.join(dir, 'none.sock'),
      listenSocket: path.join(dir, 'docker.sock'),
      settingsFile,
      log: (line) => {
        lines.push(line);
        if (line.includes('cannot be used')) onBroken();
      },
    });
    if (!gateway.ok) throw new Error(gateway.error.message);
    await writeFile(`${settingsFile}.new`, '{,}');
    await rename(`${settingsFile}.new`, settingsFile);
    await broken;
    await gateway.value.close(0);
    expect(lines.at(-1)).toMatch(
      /^the last good policy stays in force \(enhanced container isolation on\): .*line 1, column 2.*$/,
    );
  });
  it('locked down, without any good policy', async () => {
    expect(await startLine([])).toMatch(/^locked down: /);
  });
});

describe('the locks between gateways', () => {
  const start = (runDirectory: string) =>
    startGateway({
      engineSocket: path.join(dir, 'none.sock'),
      listenSocket: path.join(dir, 'docker.sock'),
      settingsFile: path.join(dir, 'admin-settings.json'),
      stateDirectory: path.join(dir, 'state'),
      runDirectory,
    });
  it('need no file in the state directory, which may be full', async () => {
    const gateway = await start(path.join(dir, 'run'));
    if (!gateway.ok) throw new Error(gateway.error.message);
    await gateway.value.close(0);
    expect(await readdir(path.join(dir, 'run'))).toEqual(['gateway-locks']);
    expect(await readdir(path.join(dir, 'state'))).not.toContain('gateway-locks');
  });
  it('are named where their file cannot be used', async () => {
    await writeFile(path.join(dir, 'run'), '');
    const started = await start(path.join(dir, 'run'));
    if (started.ok) throw new Error('it has started');
    expect(started.error.message).toContain(path.join(dir, 'run/gateway-locks'));
    expect(started.error.reason).toMatch(/EEXIST|ENOTDIR/);
  });
});

describe('refusals in the language of the policy', () => {
  /** The response to a client about `POST /swarm/init`, and what the decision log says. */
  async function refused(
    language: string | undefined,
  ): Promise<{ status: number | undefined; message: string; logged: string }> {
    const settingsFile = path.join(dir, 'admin-settings.json'),
      auditFile = path.join(dir, 'audit.jsonl'),
      listenSocket = path.join(dir, 'docker.sock');
    await writeFile(
      settingsFile,
      JSON.stringify({ enhancedContainerIsolation: { value: true, locked: true }, bulkhead: { language } }),
    );
    const gateway = await startGateway({
      engineSocket: path.join(dir, 'none.sock'),
      listenSocket,
      settingsFile,
      auditFile,
      log: () => undefined,
    });
    if (!gateway.ok) throw new Error(gateway.error.message);
    const result = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      request(
        {
          socketPath: listenSocket,
          path: '/v1.45/swarm/init',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let body = '';
          response
            .setEncoding('utf8')
            .on('data', (part: string) => {
              body += part;
            })
            .on('end', () => {
              resolve({ status: response.statusCode, body });
            });
        },
      )
        .on('error', reject)
        .end('{}');
    });
    await gateway.value.close(0);
    const { message } = JSON.parse(result.body) as { message: string }; // the engine's form of an error
    return { status: result.status, message, logged: await readFile(auditFile, 'utf8') };
  }
  const english =
    /^enhanced container isolation: .* is blocked: Swarm services run outside .*; no setting allows it$/;

  it('English where it names none', async () => {
    const { status, message } = await refused(undefined);
    expect(status).toBe(403);
    expect(message).toMatch(english);
  });
  it('Chinese with the same beginning (B6), while the log stays English for programs', async () => {
    const { status, message, logged } = await refused('zh-CN');
    expect(status).toBe(403);
    expect(message).toMatch(
      /^enhanced container isolation: 已拒绝“.*”：Swarm 服务在隔离之外运行；没有可以放行的设置$/,
    );
    expect((JSON.parse(logged) as { message: string }).message).toMatch(english); // one entry
  });
});
