import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { SharingUser } from '../shared/isolation/sharing-user.ts';
import { refuse } from './options.ts';
import { started } from './started.ts';

/** What the sharing user of one container can get to, as far as it was asked. */
export interface Reach {
  /**
   * Refuses a source (resolved) that the sharing user could not get to by himself (A8): the engine opens it
   * as root, past the directories above it that keep others out. What was not asked about is refused, too.
   */
  refuseUnreachable(source: string, user: SharingUser): void;
}

/** Nobody was asked about anything: of a container that shares nothing, or whose sharing user is root. */
export const nothingAsked: Reach = { refuseUnreachable: refuseNotAsked };

export interface ReachOptions {
  /**
   * How long a user's question may take, ms, its wait for his earlier ones included; default 15 s: a runtime
   * waits for 60.
   */
  readonly limitMs?: number;
  /** Directories to look for the programs in. */
  readonly searchPath?: string;
}

/** How long the machine's user database, which may be on another machine, may take, ms. */
const groupsMs = 5000;
/** How old what it said may be, ms. */
const keptMs = 3000;

/** `late`: there was no answer in time, or none at all. */
interface Answer {
  readonly identities: ReadonlyMap<string, string>;
  readonly late: boolean;
}

/**
 * Bytes of paths that one process is asked about; the kernel takes 2 MiB of arguments where the stack is 8
 * MiB.
 */
const batchBytes = 256 * 1024;

/**
 * Asks the kernel what users can get to: a process of root's with the user's rights looks at all directories
 * of one request. The planner, which serves every container, goes on meanwhile. One question a user at a
 * time: who asks much, or has file systems that hang, waits for himself. Asked at every start, since owners,
 * modes and groups change.
 */
export class Reachability {
  readonly #limitMs: number;
  readonly #searchPath: string;
  readonly #turns = new Map<number, Promise<unknown>>();
  readonly #groupsKept = new Map<number, { readonly groups: Promise<string>; readonly until: number }>();

  constructor({ limitMs = 15_000, searchPath = '/usr/bin:/bin' }: ReachOptions = {}) {
    this.#limitMs = limitMs;
    this.#searchPath = searchPath;
  }

  /**
   * Whether `user` (not root) can search the directories, which are resolved and distinct. Never rejects: no
   * answer is a refusal later.
   */
  async ask(user: SharingUser, directories: readonly string[]): Promise<Reach> {
    const deadline = performance.now() + this.#limitMs;
    const { identities, late } = await this.#inTurn(user.uid, () => this.#look(user, directories, deadline));
    const first = directories.find((directory) => !identities.has(directory));
    // Only to name what is closed: one is refused at a time.
    const above = first === undefined || late ? [] : ancestors(first);
    const open =
      above.length === 0 ? null : await this.#inTurn(user.uid, () => this.#look(user, above, deadline));
    const asked = new Set(directories);
    const closed = above.find((directory) => open?.identities.has(directory) === false);
    return {
      refuseUnreachable: (source, sharing) => {
        const directory = path.dirname(source);
        if (sharing.uid !== user.uid || sharing.gid !== user.gid) refuseNotAsked(source, sharing);
        const identity = identities.get(directory);
        // The same one: the path may lead elsewhere by now.
        if (identity !== undefined && identity === identityOf(directory)) return;
        if (identity === undefined && late) refuseLate(user, directory);
        if (identity === undefined && !asked.has(directory)) refuseNotAsked(source, user);
        const where = directory === first ? (closed ?? directory) : directory;
        const why = `who has no access to ${where}; whoever has can make the container (A8)`;
        refuse(`${source} cannot be shared by user ${user.uid}, ${why}`);
      },
    };
  }

  #inTurn<T>(uid: number, look: () => Promise<T>): Promise<T> {
    const done = (this.#turns.get(uid) ?? Promise.resolve()).then(look);
    this.#turns.set(uid, done);
    void done.finally(() => {
      if (this.#turns.get(uid) === done) this.#turns.delete(uid);
    });
    return done;
  }

  async #look(user: SharingUser, directories: readonly string[], deadline: number): Promise<Answer> {
    const identities = new Map<string, string>();
    const groups = await this.#groups(user);
    for (const batch of batches(directories)) {
      // By its real id the process stays root's: the user must not be able to trace it, and make it say what
      // he likes. He can stop it, so its time ends with SIGKILL.
      const asUser = [`--euid=${user.uid}`, `--egid=${user.gid}`, groups, '--'];
      // The last component asks for search permission of the directory itself.
      const stat = [
        'stat',
        '-L',
        '--printf=%d:%i %n\\0',
        '--',
        ...batch.map((directory) => `${directory}/.`),
      ];
      const said = await this.#run('setpriv', [...asUser, ...stat], deadline);
      if (said === null) return { identities, late: true };
      for (const [, identity = '', directory = ''] of said.matchAll(/(\d+:\d+) ([^\0]*)\/\.\0/g)) {
        identities.set(directory, identity);
      }
    }
    return { identities, late: false };
  }

  /**
   * The user's supplementary groups, for setpriv. Without an entry in the user database, or an answer of it,
   * there are none to take. Asked once for starts that follow each other closely: where the database does not
   * answer, each would wait for it.
   */
  #groups({ uid }: SharingUser): Promise<string> {
    const now = performance.now();
    for (const [other, { until }] of this.#groupsKept) if (until < now) this.#groupsKept.delete(other);
    const known = this.#groupsKept.get(uid);
    if (known !== undefined) return known.groups;
    const groups = this.#run('id', ['-G', '--', String(uid)], now + groupsMs).then((said) => {
      const ids = said?.trim() ?? '';
      return /^\d+(?: \d+)*$/.test(ids) ? `--groups=${ids.replaceAll(' ', ',')}` : '--clear-groups';
    });
    this.#groupsKept.set(uid, { groups, until: Infinity });
    void groups.then(() => {
      this.#groupsKept.set(uid, { groups, until: performance.now() + keptMs });
    });
    return groups;
  }

  /** What the program put out, whatever it ended with; null: it was killed, or could not be started. */
  async #run(program: string, args: readonly string[], deadline: number): Promise<string | null> {
    const left = deadline - performance.now();
    if (left <= 0) return null;
    const env = { PATH: this.#searchPath, LC_ALL: 'C' };
    const child = await started(() =>
      spawn(program, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'ignore'] }),
    ).catch(() => null);
    if (child === null) return null;
    return new Promise((resolve) => {
      let said = '';
      // Not waited for beyond this, also where the kernel does not let it end.
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        child.stdout.destroy();
        resolve(null);
      }, left);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve(code === null ? null : said);
      });
    });
  }
}

function refuseNotAsked(source: string, { uid }: SharingUser): never {
  refuse(`it was not asked whether user ${uid} has access to ${source}; start the container again (A8)`);
}

function refuseLate({ uid }: SharingUser, directory: string): never {
  const reasons = 'a file system does not answer, or the process that looks was stopped';
  const what = `whether user ${uid} has access to ${directory}`;
  refuse(`it could not be found out in time ${what} (${reasons}); try again (A8)`);
}

/** From the top down, `directory` itself last. */
function ancestors(directory: string): string[] {
  const above = [directory];
  for (let at = directory; at !== '/'; at = path.dirname(at)) above.unshift(path.dirname(at));
  return above;
}

function* batches(directories: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const directory of directories) {
    const size = Buffer.byteLength(directory) + 16;
    if (bytes + size > batchBytes && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(directory);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function identityOf(directory: string): string | null {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
