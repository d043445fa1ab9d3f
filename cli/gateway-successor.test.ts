import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { gatewayProgram as program, startGatewayService } from '../tests/support/gateway-service.ts';
import { replacedStatus } from './gateway-successor.ts';
import { requires } from '../tests/support/requires.ts';

/** One GET over a connection that may be kept; resolves with the body and the Connection header. */
async function read(socketPath: string, target: string, agent?: Agent) {
  const request = get({ socketPath, path: target, agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { body: await text(response), connection: response.headers.connection };
}

describe.runIf(requires('python3'))('SIGHUP', { timeout: 90_000 }, () => {
  it('a successor takes the sockets; open requests and connections go on', async () => {
    const agent = new Agent({ keepAlive: true });
    const { gateway, notified, slow, mainPid, socket, stop } = await startGatewayService(program);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const kept = await read(socket, '/_ping', agent);
      expect(kept).toMatchObject({ body: 'OK', connection: 'keep-alive' });
      const open = read(socket, '/v1.45/containers/slow/json');
      await expect.poll(() => slow).toHaveLength(1);

      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(mainPid()).not.toBe(gateway.pid);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      // The earlier connection accepts one more request, and announces that it is the last.
      expect(await read(socket, '/_ping', agent)).toMatchObject({ connection: 'close' });
      expect(gateway.exitCode).toBeNull();
      slow[0]?.end('{}');
      expect((await open).body).toBe('{}');
      await expect.poll(() => gateway.exitCode).toBe(replacedStatus);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect(notified).not.toContain('STOPPING=1');
    } finally {
      agent.destroy();
      await stop();
    }
  });

  /** Reloads the service; resolves with the process id of the `count`th successor, which serves. */
  const reload = async (
    service: Awaited<ReturnType<typeof startGatewayService>>,
    pid: number,
    count: number,
  ) => {
    process.kill(pid, 'SIGHUP');
    await expect.poll(() => service.notified.filter((line) => line === 'READY=1')).toHaveLength(count + 1);
    return service.mainPid();
  };
  const hasEnded = (pid: number) => !existsSync(`/proc/${pid}`);

  it('connections outlive a successor that was replaced and has no connections left', async () => {
    const agent = new Agent({ keepAlive: true });
    const service = await startGatewayService(program);
    const { gateway, notified, slow, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      await read(socket, '/_ping', agent);
      const open = read(socket, '/v1.45/containers/slow/json');
      await expect.poll(() => slow).toHaveLength(1);
      const second = await reload(service, Number(gateway.pid), 1);
      await reload(service, second, 2);
      await expect.poll(() => hasEnded(second)).toBe(true);
      // A gateway that ends would have closed it: the third one does not announce the end of a connection.
      expect(await read(socket, '/_ping', agent)).toMatchObject({ connection: 'close' });
      slow[0]?.end('{}');
      expect(await open).toMatchObject({ body: '{}' });
      await expect.poll(() => gateway.exitCode).toBe(replacedStatus);
    } finally {
      agent.destroy();
      await stop();
    }
  });

  it.each([
    ['crashes', 'SIGKILL'],
    ['is ended alone', 'SIGTERM'],
  ] as const)('when the last successor %s all end, and the service is restarted', async (_, signal) => {
    const service = await startGatewayService(program);
    const { gateway, notified, slow, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const open = [read(socket, '/v1.45/containers/slow/json')];
      await expect.poll(() => slow).toHaveLength(1);
      const second = await reload(service, Number(gateway.pid), 1);
      open.push(read(socket, '/v1.45/containers/slow/json'));
      await expect.poll(() => slow).toHaveLength(2);
      const third = await reload(service, second, 2);
      process.kill(third, signal);
      await expect.poll(() => hasEnded(third)).toBe(true);
      slow[1]?.end('{}');
      expect(await open[1]).toMatchObject({ body: '{}' });
      await expect.poll(() => hasEnded(second)).toBe(true);
      slow[0]?.end('{}');
      expect(await open[0]).toMatchObject({ body: '{}' });
      await expect.poll(() => gateway.exitCode).toBe(1);
    } finally {
      await stop();
    }
  });

  const isSuccessor = 'process.env.BULKHEAD_REPLACES_PARENT !== undefined';
  it('a successor can be replaced as soon as it is the main process', async () => {
    const impatient = `import { existsSync, rmSync } from 'node:fs';
      if (${isSuccessor} && existsSync(process.env.FAULT)) process.on('message', (text) => {
        if (text !== 'handed-over') return;
        rmSync(process.env.FAULT);
        process.kill(process.pid, 'SIGHUP');
      });
      ${program}`;
    const { gateway, notified, mainPid, socket, fault, stop } = await startGatewayService(impatient);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      await writeFile(fault, '');
      gateway.kill('SIGHUP');
      for (const count of [2, 3])
        await expect.poll(() => notified.filter((line) => line === 'READY=1')).toHaveLength(count);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect(hasEnded(mainPid())).toBe(false);
    } finally {
      await stop();
    }
  });

  const noState = 'process.argv[process.argv.indexOf("--state") + 1] = "/dev/null/state";';

  it('where the successor does not serve the gateway does again, and can be replaced later', async () => {
    const broken = `import { existsSync } from 'node:fs';
      if (${isSuccessor} && existsSync(process.env.FAULT)) { ${noState} } ${program}`;
    const { gateway, notified, logged, slow, mainPid, socket, fault, stop } =
      await startGatewayService(broken);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      const open = read(socket, '/v1.45/containers/slow/json').catch(String);
      await expect.poll(() => slow).toHaveLength(1);
      await writeFile(fault, '');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain('was not replaced, and goes on: it ended with');
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);

      await rm(fault);
      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(mainPid()).not.toBe(gateway.pid);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect(gateway.exitCode).toBeNull();
      slow[0]?.end('{}');
      expect(await open).toMatchObject({ body: '{}' });
      await expect.poll(() => gateway.exitCode).toBe(replacedStatus);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
    } finally {
      await stop();
    }
  });

  it.each([
    [
      'loads',
      'setInterval(() => {}, 1e6);',
      '{ loadMs: 500, serveMs: 60_000 }',
      'was not loaded within 0.5 s',
    ],
    [
      'starts',
      'process.on("message", () => {}); process.send("loaded");',
      '{ loadMs: 60_000, serveMs: 500 }',
      'was not serving within 0.5 s',
    ],
  ])('a successor that hangs while it %s is ended, and the gateway goes on', async (_, hang, limits, why) => {
    const start = program.replace("p.command('gateway')", `$&, ${limits}`);
    const { gateway, notified, logged, mainPid, socket, stop } = await startGatewayService(
      `if (${isSuccessor}) { ${hang} await new Promise(() => {}); } ${start}`,
    );
    try {
      await expect.poll(() => notified).toContain('READY=1');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain(`was not replaced, and goes on: it ${why}`);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);
    } finally {
      await stop();
    }
  });

  const isolated = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true}}';
  /** A successor that does this to the settings file before it loads. */
  const whileLoading = (change: string) =>
    `import { rmSync, writeFileSync } from 'node:fs';
      const settings = process.argv[process.argv.indexOf('--settings') + 1];
      if (${isSuccessor}) { ${change} } ${program}`;

  it.each([
    ['before it is replaced', program, true],
    ['while its successor loads', whileLoading('rmSync(settings);'), false],
  ])('the settings of a file that is deleted %s stay in force', async (_, source, isEarlier) => {
    const { gateway, notified, logged, mainPid, settings, policy, stop } = await startGatewayService(
      source,
      isolated,
    );
    try {
      await expect.poll(() => notified).toContain('READY=1');
      if (isEarlier) {
        await rm(settings);
        await expect.poll(() => logged.join('')).toContain('was deleted');
      }
      gateway.kill('SIGHUP');
      await expect.poll(() => notified.filter((line) => line === 'READY=1').length).toBe(2);
      expect(await policy()).toMatchObject({
        gateway: { pid: mainPid() },
        eci: true,
        problem: { kind: 'deleted' },
      });
    } finally {
      await stop();
    }
  });

  it('these settings stay in force where the successor does not serve, but the gateway again', async () => {
    const broken = whileLoading(`rmSync(settings); ${noState}`);
    const { gateway, logged, notified, policy, stop } = await startGatewayService(broken, isolated);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain('was not replaced, and goes on: it ended with');
      expect(await policy()).toMatchObject({
        gateway: { pid: gateway.pid },
        eci: true,
        problem: { kind: 'deleted' },
      });
    } finally {
      await stop();
    }
  });

  it.each([
    ['before it would be replaced', program, true],
    ['while its successor loads', whileLoading("writeFileSync(settings, '{');"), false],
  ])('is not replaced if the settings file becomes unusable %s', async (_, source, isEarlier) => {
    const service = await startGatewayService(source, isolated);
    const { gateway, notified, logged, mainPid, settings, socket, stop } = service;
    try {
      await expect.poll(() => notified).toContain('READY=1');
      // Without waiting for the gateway to notice it.
      if (isEarlier) await writeFile(settings, '{');
      gateway.kill('SIGHUP');
      await expect.poll(() => logged.join('')).toContain('goes on: the settings file cannot be used');
      const status = /^STATUS=Not replaced at \S+: the settings file cannot be used, which would lock down/;
      await expect.poll(() => notified.filter((line) => status.test(line))).toHaveLength(1);
      expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);
    } finally {
      await stop();
    }
  });

  it('where no successor starts the gateway goes on, and another one can be tried', async () => {
    const broken = `if (process.env.BULKHEAD_REPLACES_PARENT !== undefined) process.exit(3); ${program}`;
    const { gateway, notified, logged, mainPid, socket, stop } = await startGatewayService(broken);
    try {
      await expect.poll(() => notified).toContain('READY=1');
      for (const attempt of [1, 2]) {
        gateway.kill('SIGHUP');
        await expect
          .poll(() => logged.join('').match(/was not replaced, and goes on: it ended with 3/g))
          .toHaveLength(attempt);
        const status = /^STATUS=Not replaced at \S+: it ended with 3$/;
        await expect.poll(() => notified.filter((line) => status.test(line))).toHaveLength(attempt);
        expect(await read(socket, '/_ping')).toMatchObject({ body: 'OK' });
      }
      expect([gateway.exitCode, mainPid()]).toEqual([null, Number.NaN]);
      expect(notified).not.toContain('STOPPING=1');
    } finally {
      await stop();
    }
  });
});
