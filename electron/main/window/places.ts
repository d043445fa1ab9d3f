import path from 'node:path';
import { app } from 'electron';

/** Where the app's own files are: in the repository, or in app.asar. */
export const appFiles = (): string => app.getAppPath();

/**
 * The command line, the gateway, the runtime and their Node, as a tree of files: the repository itself, or
 * `resources/program` of the packaged app, which contains the files of scripts/package-contents.mjs. The
 * app's own binary can't be used instead: its RunAsNode fuse is off.
 */
export const programRoot = (): string =>
  app.isPackaged ? path.join(process.resourcesPath, 'program') : app.getAppPath();

/** One of the icons drawn by the build (scripts/icons.mjs). */
export const iconFile = (name: string): string => path.join(app.getAppPath(), 'dist', 'icons', `${name}.png`);
