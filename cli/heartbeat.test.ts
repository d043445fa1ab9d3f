import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { superviseChild, type SupervisedChild } from '../supervisor/child-process.ts';
import { plainText } from '../shared/messages/message.ts';

// A stuck event loop is noticed by the supervisor of the process.

let directory: string;
let child: SupervisedChild | null = null;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bh-heartbeat-'));
});
afterEach(async () => {
  await child?.stop();
  child = null;
  await rm(directory, { recursive: true, force: true });
});

/**
 * Supervises a real process that sends heartbeats like gateway and planner, and does `then` before it reports
 * that it is ready.
 */
async function supervise(then: string, { startLimitMs = 10_000 } = {}) {
  const heartbeat = path.resolve(import.meta.dirname, 'heartbeat.ts');
  const program = path.join(directory, 'program.mjs');
  await writeFile(
    program,
    `const { startHeartbeat } = await import(${JSON.stringify(heartbeat)});
startHeartbeat(); setInterval(() => {}, 1000);
process.on('SIGTERM', () => process.exit(0)); ${then};
console.log('gateway listening as ' + process.pid + ' with ' + process.env.BULKHEAD_HEARTBEAT_FD);`,
  );
  const command = path.join(directory, 'bulkhead');
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${program}"\n`);
  await chmod(command, 0o755);
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  const supervised = superviseChild({
    name: 'gateway',
    command,
    args: [],
    ready: /gateway listening/,
    keepListeners: true,
    heartbeat: { limitMs: 3000, startLimitMs },
    log: {
      line: (text) => {
        lines.push(plainText(text));
        wake();
      },
      close: () => Promise.resolve(),
    },
    onChange: () => undefined,
  });
  child = supervised;
  /** The next matching line of its log, including earlier ones. */
  const line = async (wanted: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      for (let text = lines.shift(); text !== undefined; text = lines.shift()) {
        const found = wanted.exec(text);
        if (found !== null) return found;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { supervised, line };
}

describe('a process whose event loop', () => {
  it('is stopped is killed and restarted, each time, and counted', async () => {
    const { supervised, line } = await supervise('');
    expect((await supervised.start(20_000)).ok).toBe(true);
    for (const restart of [1, 2]) {
      const [, pid, variable] = await line(/gateway listening as (\d+) with (.*)/);
      // It is not passed on to child processes.
      expect(variable).toBe('undefined');
      process.kill(Number(pid), 'SIGSTOP');
      await line(
        new RegExp(
          `gateway \\(pid ${pid}\\) hangs: no heartbeat of its event loop for 3 s, it is stopped; ` +
            'it is killed',
        ),
      );
      await line(
        new RegExp(`gateway ended \\(SIGKILL\\); it is started again in \\d+ ms \\(restart ${restart}\\)`),
      );
    }
    await line(/gateway listening as/);
  });

  it('is busy is killed with the reason', async () => {
    const { supervised, line } = await supervise('process.on("SIGUSR2", () => { for (;;); });');
    expect((await supervised.start(20_000)).ok).toBe(true);
    const [, pid] = await line(/gateway listening as (\d+)/);
    process.kill(Number(pid), 'SIGUSR2');
    await line(/hangs: no heartbeat of its event loop for \d+ s, it is busy; it is killed/);
    await line(/gateway listening as/);
    // Its processor time counts, of which it gets little on a loaded machine.
  }, 180_000);

  it('never runs is killed, too', async () => {
    // It takes a whole processor until it is killed.
    const { supervised, line } = await supervise('', { startLimitMs: 2000 });
    await writeFile(path.join(directory, 'program.mjs'), 'for (;;);');
    const started = await supervised.start(60_000);
    expect(started).toMatchObject({
      ok: false,
      error: { reason: expect.stringContaining('it ended (SIGKILL)') as string },
    });
    await line(/hangs: no heartbeat of its event loop for \d+ s, it is busy/);
  }, 180_000);
});
