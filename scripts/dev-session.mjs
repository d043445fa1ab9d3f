// The long-running part of `npm run dev`: Vite's server, the watched bundle of Electron's main process, and
// the window. Started by scripts/dev.mjs under the pinned Node.
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { watch } from 'rolldown';
import { createServer } from 'vite';
import { electronBundles, rolldownOptions } from './bundle.mjs';
import { firstLines, main, note, step } from './console.mjs';
import { inventedPage, parseDevArguments } from './dev-arguments.mjs';
import { DevWindow } from './dev-window.mjs';
import { endRequested } from './end-request.mjs';
import { freePort } from './free-port.mjs';
import { at, engineRoot, repository } from './paths.mjs';

const output = at('dist', 'electron-dev');

await main(async () => {
  const options = parseDevArguments(process.argv.slice(2));
  const ended = endRequested();
  const server = await serveRenderer();
  try {
    const address = `http://127.0.0.1:${server.config.server.port}/`;
    const page = options.state === undefined ? undefined : inventedPage(options);
    if (page !== undefined) note(`In a browser: ${address}${page}`);
    if (options.browser) {
      step('Serving until Ctrl-C');
      await ended;
    } else {
      await runWindow({ options, address, page, ended });
    }
  } finally {
    await server.close();
  }
  // Watchers of the bundlers may keep running.
  process.exit();
});

/** Vite's server on a free port of the loopback interface. */
async function serveRenderer() {
  const port = await freePort();
  const server = await createServer({
    configFile: at('vite.config.ts'),
    server: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      // node_modules of a second worktree may be a link.
      fs: { allow: [repository, realpathSync(at('node_modules'))] },
      // The page's own address, app://bulkhead, does not contain the server's.
      hmr: { protocol: 'ws', host: '127.0.0.1', clientPort: port },
    },
  });
  await server.listen();
  return server;
}

/** Bundles the main process and opens the window; again after each change. Resolves when all is over. */
async function runWindow({ options, address, page, ended }) {
  mkdirSync(output, { recursive: true });
  // Electron opens a directory with a package.json.
  writeFileSync(
    path.join(output, 'package.json'),
    JSON.stringify({ name: 'bulkhead', version: '0.0.0-dev', main: 'main.cjs' }),
  );
  const window = new DevWindow({
    folder: output,
    args: [
      ...(options['debugging-port'] === undefined
        ? []
        : [`--remote-debugging-port=${options['debugging-port']}`]),
      ...(page === undefined && options.route !== undefined ? [`--route=${options.route}`] : []),
    ],
    env: {
      BULKHEAD_ROOT: engineRoot,
      BULKHEAD_DEV_SERVER: address,
      ...(page === undefined ? {} : { BULKHEAD_DEV_PAGE: page }),
    },
  });
  let failed = false;
  // Each change of either bundle ends with one event, after both are written.
  const bundler = watch(
    electronBundles({ entry: at('electron', 'dev', 'index.ts'), directory: output }).map(rolldownOptions),
  );
  bundler.on('event', (event) => {
    if (event.code === 'END' && !failed) void window.restart();
    if (event.code === 'START') failed = false;
    if (event.code === 'BUNDLE_END') void event.result.close();
    if (event.code === 'ERROR') {
      failed = true;
      console.error(`✗ The main process does not bundle:\n${firstLines(String(event.error?.message), 12)}`);
    }
  });
  step('Running until the window is closed, or Ctrl-C');
  await Promise.race([ended, window.closed]);
  await bundler.close();
  await window.end();
}
