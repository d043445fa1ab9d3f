// `npm run dev`: the window with hot reload, on the embedded engine of BULKHEAD_ROOT. A change of the page
// shows at once. A change of Electron's main process or of what it imports reopens the window. Command
// line, gateway and C programs are built once, at the start.
//
//   --state NAME           an invented state of renderer/dev (off, protected, …): needs neither engine nor
// root
//   --lang en|zh-CN        language of an invented state
//   --browser              with --state: no window, only the address for a browser
//   --route ROUTE          the page to show, such as isolation or containers?show=unprotected
//   --debugging-port PORT  remote debugging of the page: chrome://inspect in Chromium
import { spawn } from 'node:child_process';
import process from 'node:process';
import { build } from './build.mjs';
import { main, step } from './console.mjs';
import { parseDevArguments } from './dev-arguments.mjs';
import { startDisplay } from './display.mjs';
import { endRequested } from './end-request.mjs';
import { ensureEngine } from './engine.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { at, engineRoot, pinnedNode } from './paths.mjs';
import { hasNoDisplay, setUp } from './set-up.mjs';

await main(async () => {
  const options = parseDevArguments(process.argv.slice(2));
  const headless = !options.browser && hasNoDisplay();
  if (options.browser) await installNpmPackages();
  else await setUp(headless ? { also: 'display' } : {});
  if (options.state === undefined) {
    await build({ window: false });
    await ensureEngine(engineRoot);
  }
  const display = headless ? await startDisplay() : undefined;
  if (display !== undefined)
    step(`There is no display here: the window is on a virtual one, ${display.name}`);
  try {
    process.exitCode = await runSession({
      ...process.env,
      ...(display === undefined ? {} : { DISPLAY: display.name }),
    });
  } finally {
    await display?.stop();
  }
});

/** Runs the rest under the pinned Node, which Vite needs, until it ends or this program is to end. */
async function runSession(env) {
  const session = spawn(pinnedNode, [at('scripts', 'dev-session.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  });
  const ended = new Promise((resolve) => {
    session
      .once('exit', (code) => {
        resolve(code ?? 1);
      })
      .once('error', () => {
        resolve(1);
      });
  });
  void endRequested().then(() => session.kill('SIGTERM'));
  return ended;
}
