// The window of `npm run dev`: Electron as a process that is restarted after a change.
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { note } from './console.mjs';
import { findElectron } from './electron-runtime.mjs';
import { repository, stamps } from './paths.mjs';

/** How long a window may take to end before it is killed. */
const patienceMs = 5000;

export class DevWindow {
  #child;
  #command;
  #env;
  /** Restarts, one after the other. */
  #turn = Promise.resolve();
  #onClosed;
  /** Resolves when the user closes the window. After a crash it is opened again at the next change. */
  closed = new Promise((resolve) => {
    this.#onClosed = resolve;
  });

  /** `folder` contains the package.json of the app. */
  constructor({ folder, args, env }) {
    this.#env = { ...process.env, ...env };
    this.#command = [
      // Chromium's sandbox refuses to run as root; a user's app keeps it.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      folder,
      // A profile of its own: the installed app may be open, and has one window per profile.
      `--user-data-dir=${path.join(stamps, 'dev-profile')}`,
      ...args,
    ];
  }

  /** Opens the window; ends an open one first. */
  restart() {
    this.#turn = this.#turn.then(async () => {
      await this.#stop();
      this.#start();
    });
    return this.#turn;
  }

  /** Resolves when no window is left. */
  async end() {
    await this.#turn;
    await this.#stop();
  }

  #start() {
    const child = spawn(findElectron().path, this.#command, {
      cwd: repository,
      env: this.#env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      if (code === 0) this.#onClosed();
      else note(`The app ended (${String(code ?? signal)}): it is opened again after the next change.`);
    });
  }

  async #stop() {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
    }, patienceMs);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }
}
