import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { App } from 'electron';
import { expect, it, vi } from 'vitest';
import { endProcessAfterQuit } from './end-process.ts';

/** An app that only has events and a lock. */
function fakeApp() {
  const releaseSingleInstanceLock = vi.fn();
  const app = Object.assign(new EventEmitter(), { releaseSingleInstanceLock });
  // The parts used here.
  return app as unknown as EventEmitter & Pick<App, 'on' | 'releaseSingleInstanceLock'>;
}

it('ends the process with the status of the app, after the lock was released', () => {
  const app = fakeApp();
  const exit = vi.fn();
  endProcessAfterQuit(app, exit);
  expect(exit).not.toHaveBeenCalled();
  app.emit('quit', {}, 3);
  expect(exit.mock.calls).toEqual([[3]]);
  expect(vi.mocked(app.releaseSingleInstanceLock).mock.invocationCallOrder[0]).toBeLessThan(
    exit.mock.invocationCallOrder[0] ?? 0,
  );
});

it('leaves the end to Electron where Node has no immediate exit', () => {
  const app = fakeApp();
  endProcessAfterQuit(app, null);
  expect(app.listenerCount('quit')).toBe(0);
});

it('runs nothing more once the app has quit, whatever is pending', () => {
  const module = fileURLToPath(new URL('./end-process.ts', import.meta.url));
  const ended = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { EventEmitter } from 'node:events';
       const { endProcessAfterQuit } = await import(${JSON.stringify(module)});
       const app = Object.assign(new EventEmitter(), { releaseSingleInstanceLock() {} });
       process.on('exit', () => { for (;;); });
       setInterval(() => undefined, 1000);
       endProcessAfterQuit(app);
       app.emit('quit', {}, 3);
       console.log('still there');`,
    ],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status: 3, stdout: '' });
});
