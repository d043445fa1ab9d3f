// `npm start`: sets up, builds, starts the embedded engine and opens the app.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ActionableError, main, note, step } from './console.mjs';
import { build } from './build.mjs';
import { startDisplay } from './display.mjs';
import { findElectron } from './electron-runtime.mjs';
import { endRequested } from './end-request.mjs';
import { ensureEngine, commandsToTry } from './engine.mjs';
import { artifacts, at, engineRoot, repository } from './paths.mjs';
import { hasNoDisplay, setUp } from './set-up.mjs';

await main(async () => {
  const headless = hasNoDisplay();
  await setUp(headless ? { also: 'display' } : {});
  await build();
  const engineRuns = await ensureEngine(engineRoot);
  await openApp(headless, engineRuns);
});

/** Opens the window and waits until it is closed, or until Ctrl-C or SIGTERM ends this program. */
async function openApp(headless, engineRuns) {
  const electron = findElectron();
  const args = [repository];
  // Chromium's sandbox refuses to run as root; a user's app keeps it.
  if (process.getuid?.() === 0) args.unshift('--no-sandbox');
  const environment = { ...process.env, BULKHEAD_ROOT: engineRoot };
  let display;
  const screenshot = path.join(artifacts, 'start.png');
  if (headless) {
    step('There is no display here: opening the window on a virtual one (Xvfb)');
    display = await startDisplay();
    environment.DISPLAY = display.name;
    mkdirSync(artifacts, { recursive: true });
    rmSync(screenshot, { force: true });
    args.push(`--screenshot=${screenshot}`);
  } else {
    step('Opening the window');
  }
  const window = spawn(electron.path, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
    cwd: repository,
  });
  let output = '';
  const listen = (chunk) => {
    output = (output + chunk).slice(-4000);
  };
  window.stdout.setEncoding('utf8').on('data', listen);
  window.stderr.setEncoding('utf8').on('data', listen);
  const closed = new Promise((resolve) => {
    window
      .once('exit', (code, signal) => {
        resolve(code ?? signal);
      })
      .once('error', resolve);
  });
  const end = endRequested();
  try {
    if (headless) {
      const shown = await Promise.race([
        waitForText(window.stdout, 'screenshot: '),
        closed,
        end.then(() => 'end-requested'),
      ]);
      if (shown === 0) {
        note(
          'A window on this engine is open already, started elsewhere: end that one first to see it here.',
        );
        return;
      }
      if (shown !== 'printed' && shown !== 'end-requested') {
        throw new ActionableError(
          `The window did not show: run \`Xvfb ${display.name} & DISPLAY=${display.name} ` +
            `${electron.path} ${args.join(' ')}\` to see why.\n${output.trim()}`,
        );
      }
      if (shown === 'printed') note(`Screenshot: ${screenshot}`);
    }
    if (engineRuns) for (const line of commandsToTry(engineRoot)) note(line);
    step(headless ? 'Running until Ctrl-C' : 'Running until the window is closed, or Ctrl-C');
    const how = await Promise.race([closed, end.then(() => 'end-requested')]);
    if (how !== 'end-requested' && how !== 0)
      throw new ActionableError(
        `The app ended unexpectedly (${String(how)}): see its last output below and try again.\n` +
          output.trim(),
      );
  } finally {
    window.kill('SIGTERM');
    await closed;
    await display?.stop();
  }
  if (engineRuns)
    note(
      'The window is closed. The engine keeps running: ' +
        `${at('bin', 'bulkhead')} engine stop --root ${engineRoot}`,
    );
}

/** Resolves with 'printed' once a line on `stream` starts with `text`, with 'silent' after 60 s. */
function waitForText(stream, text) {
  return new Promise((resolve) => {
    let line = '';
    setTimeout(() => {
      resolve('silent');
    }, 60_000).unref();
    stream.on('data', (chunk) => {
      const lines = (line + chunk).split('\n');
      line = lines.pop();
      if (lines.some((whole) => whole.startsWith(text))) resolve('printed');
    });
  });
}
