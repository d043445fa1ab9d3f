import path from 'node:path';
import { app } from 'electron';
import { parseOptions } from '../main/options.ts';
import { startApp, type ServePages } from '../main/start-app.ts';
import { allowLoopback, devServerOf, serveFromDevServer } from './dev-server.ts';
import { openInventedWindow } from './invented-window.ts';

// The entry of `npm run dev` (scripts/dev.mjs): the app with its page from Vite's development server. Not
// part of the product: scripts/build.mjs does not bundle it, and nothing in electron/main imports it.
if (app.isPackaged) throw new Error('the development entry does not run in a packaged app');
// This bundle is in dist/electron-dev; the app's files are those of the repository. What Electron's default
// app calls too, and in no types.
Reflect.apply(Reflect.get(app, 'setAppPath'), app, [path.resolve(__dirname, '..', '..')]);

const server = devServerOf(process.env['BULKHEAD_DEV_SERVER']);
const servePages: ServePages = (session) => serveFromDevServer(session, server);
const page = process.env['BULKHEAD_DEV_PAGE'] ?? '';
if (page === '') {
  startApp(servePages);
} else {
  const { screenshot } = parseOptions(process.argv, process.env, process.cwd());
  openInventedWindow({ page, servePages, screenshot }).catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
}
allowLoopback();
