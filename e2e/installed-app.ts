import { execFile } from 'node:child_process';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How Chromium confines the page of an app. */
export interface PageSandbox {
  /** It has a filter for system calls, and a pid namespace below the app's. */
  readonly confined: boolean;
  /** It is in a user namespace of its own. */
  readonly ownUserNamespace: boolean;
  /** Its sandbox was made by the setuid program chrome-sandbox. */
  readonly helper: boolean;
}

interface Process {
  readonly command: string;
  readonly status: string;
  readonly userNamespace: string;
}

/** Processes of a user that have not ended; needs root. */
async function processesOf(uid: number): Promise<readonly Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid): Promise<readonly Process[]> => {
      try {
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        if (!new RegExp(`^Uid:\\t${uid}\\t`, 'm').test(status)) return [];
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
        return [{ command, status, userNamespace: await readlink(`/proc/${pid}/ns/user`) }];
      } catch {
        // It has ended.
        return [];
      }
    }),
  );
  return found.flat();
}

const depth = ({ status }: Process): number =>
  (/^NSpid:(.*)$/m.exec(status)?.[1] ?? '').trim().split('\t').length;

/** The sandbox of the page of an installed app that a user has started; null if none runs. Needs root. */
export async function sandboxOf(uid: number): Promise<PageSandbox | null> {
  const all = (await processesOf(uid)).filter(({ command }) => command.includes('/bulkhead-app'));
  const browser = all.find(({ command }) => !command.includes('--type='));
  const page = all.find(({ command }) => command.includes('--type=renderer'));
  if (browser === undefined || page === undefined) return null;
  return {
    confined: /^Seccomp:\t2$/m.test(page.status) && depth(page) > depth(browser),
    ownUserNamespace: page.userNamespace !== browser.userNamespace,
    helper: all.some(({ command }) => command.includes('/chrome-sandbox ')),
  };
}

/** The app's windows that are shown on a display, as lines of xwininfo. */
export async function visibleWindows(display: string): Promise<readonly string[]> {
  const info = async (...args: string[]) => (await run('xwininfo', ['-display', display, ...args])).stdout;
  const lines = (await info('-root', '-tree'))
    .split('\n')
    .filter((line) => /\("[^"]*" "Bulkhead"\)/i.test(line));
  const visible = await Promise.all(
    lines.map(async (line) => {
      const id = /^\s*(0x[\da-f]+)/.exec(line)?.[1] ?? '';
      return /Map State: IsViewable/.test(await info('-id', id).catch(() => '')) ? line.trim() : null;
    }),
  );
  return visible.filter((line) => line !== null);
}
