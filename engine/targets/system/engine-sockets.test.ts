import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootPaths, systemRoot } from '../../base/root-paths.ts';
import { parseUnits } from '../guarded/systemd.ts';
import { message } from '../../../shared/messages/message.ts';
import { checkEngineSockets, bypassesGateway, socketConflicts } from './engine-sockets.ts';

const paths = rootPaths(systemRoot);
const listens = 'Listen=/run/bulkhead/engine.sock (Stream)';
const onlyRoot = ['SocketMode=0600', 'SocketUser=root', 'SocketGroup=root'];
const triggered = 'TriggeredBy=docker.socket';

/** What `systemctl show docker.service docker.socket` prints. */
const shown = (socket: readonly string[], service = triggered) =>
  `Id=docker.service\n${service}\n\nId=docker.socket\n${socket.join('\n')}\n`;
const conflicts = (socket: readonly string[], service?: string) =>
  socketConflicts(parseUnits(shown(socket, service)), paths.engineSocket);

describe("the engine's sockets, behind the gateway", () => {
  it.each([
    [[listens, ...onlyRoot]],
    [[listens, 'SocketMode=0600', 'SocketUser=', 'SocketGroup=']],
    [[listens, 'SocketMode=0660', 'SocketUser=root', 'SocketGroup=root']],
    // Without bits for it, a group has no access.
    [[listens, 'SocketMode=0600', 'SocketUser=root', 'SocketGroup=docker']],
    // A form that systemd may print one day, or no answer.
    [[listens, 'SocketMode=rw-------']],
    [[]],
  ])('are accessible only to root: %j', (socket) => {
    expect(conflicts(socket)).toEqual([]);
  });

  it.each([
    ['everybody', '0666', 'root', 'root'],
    ['a group', '0660', 'root', 'docker'],
    ['a user', '0600', 'alice', ''],
  ])('are refused where another drop-in opens them to %s', (_, mode, user, group) => {
    const socket = [listens, `SocketMode=${mode}`, `SocketUser=${user}`, `SocketGroup=${group}`];
    const owner = `${user}:${group === '' ? 'root' : group}`;
    expect(conflicts(socket)).toMatchObject([
      { id: 'system.socket-is-accessible', params: { path: paths.engineSocket, mode, owner } },
    ]);
  });

  it('are refused at another address of docker.socket', () => {
    expect(conflicts([listens, 'Listen=[::]:2375 (Stream)', ...onlyRoot])).toMatchObject([
      { id: 'system.socket-listens-elsewhere', params: { address: '[::]:2375' } },
    ]);
  });

  it('let clients bypass the gateway in each of these ways, other problems do not', () => {
    const open = ['Listen=[::]:2375 (Stream)', 'SocketMode=0666', 'SocketUser=root', 'SocketGroup=root'];
    const found = conflicts([listens, ...open], 'TriggeredBy=docker-tcp.socket docker.socket');
    expect(found.map(bypassesGateway)).toEqual([true, true, true]);
    expect(bypassesGateway(message('system.listens-elsewhere', { address: 'tcp://0.0.0.0:2375' }))).toBe(
      true,
    );
    expect(bypassesGateway(message('system.engine-left-socket-unit'))).toBe(true);
    expect(bypassesGateway(message('system.option-not-supported', { option: '--exec-root' }))).toBe(false);
    expect(bypassesGateway(message('system.planner-down'))).toBe(false);
  });

  it('are refused where another socket unit starts docker.service: its sockets are dockerd -H fd://', () => {
    const service = 'TriggeredBy=docker-tcp.socket docker.socket docker.timer';
    expect(conflicts([listens, ...onlyRoot], service)).toMatchObject([
      { id: 'system.other-socket-unit', params: { unit: 'docker-tcp.socket' } },
    ]);
  });
});

describe('an installation', () => {
  const usualPath = process.env['PATH'];
  let directory = '';
  /** A fake systemctl: systemd itself runs in tests/machine. */
  const putSystemctl = async (prints: string) => {
    const file = path.join(directory, 'systemctl');
    await writeFile(file, `#!/bin/sh\ncat <<'end'\n${prints}end\n`);
    await chmod(file, 0o755);
  };

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-systemctl-'));
    process.env['PATH'] = `${directory}:${usualPath ?? ''}`;
  });
  afterEach(async () => {
    process.env['PATH'] = usualPath;
    await rm(directory, { recursive: true });
  });

  it("goes on if only root can use the engine's sockets", async () => {
    await putSystemctl(shown([listens, ...onlyRoot]));
    expect(await checkEngineSockets(paths)).toEqual({ ok: true, value: undefined });
  });

  it('fails if clients could bypass the gateway, and says where', async () => {
    await putSystemctl(shown([listens, 'SocketMode=0666'], 'TriggeredBy=docker-tcp.socket docker.socket'));
    const checked = await checkEngineSockets(paths);
    expect(checked).toMatchObject({ ok: false, error: { code: 'input.unusable' } });
    const reason = checked.ok ? '' : JSON.stringify(checked.error.reason);
    expect(reason).toMatch(/engine\.sock.*0666.*docker-tcp\.socket/s);
  });
});
