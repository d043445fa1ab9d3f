import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Agent, Stopped } from './agent.ts';
import { tarball, type Entry } from './tarball.ts';
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR } from './linux.ts';

const run = promisify(execFile);

/** Who attacks, and who else has containers: ordinary accounts, no group but the socket's. */
export const attacker = 4242;
export const bob = 4343;

/** What all attempts of one side have in common. */
export interface Ground {
  readonly name: 'engine' | 'gateway';
  /** The clients' socket. */
  readonly door: string;
  readonly engineSocket: string;
  /** dockerd's directory: `data` is in it. */
  readonly engineRoot: string;
  /** A directory of this side's on a file system where setuid counts. */
  readonly directory: string;
  /** The attacker's tool, where everybody may execute it. */
  readonly tool: string;
  /** A raw device whose first bytes are the canary. */
  readonly rawDevice: { readonly major: number; readonly minor: number };
  /** Engine's administrator. */
  readonly admin: (...args: string[]) => Promise<string>;
}

/** What root alone can read; whoever has it was root, or had a right of root's. */
export const canary = 'read with the rights of root';
/** An account that only the raw device knows. */
export const deviceAccount = { name: 'of-the-device', uid: 7777 } as const;
/** What is in Bob's container alone. */
export const bobsSecret = 'read from the container of bob';

export interface Container {
  readonly name: string;
  /** Of its first process, as the machine sees it. */
  readonly pid: number;
}

/** A process outside and one inside a container, and what they attack. */
export class Scene {
  readonly #agents: Agent[] = [];
  readonly #children: ChildProcess[] = [];
  /** Servers that an agent started: they outlive it. */
  readonly #started: number[] = [];
  readonly #made = new Map<string, Promise<unknown>>();
  #passed = 0;
  readonly ground: Ground;
  /** The attacker's directory: 0777, his, and `/share` in his containers. */
  readonly share: string;
  /** Root's directory that everybody may search. */
  readonly closed: string;
  /** The canary in a file of root's, 0600. */
  readonly secret: string;
  /** The same, 0640: root's group may read it. */
  readonly groupSecret: string;
  readonly containers: { plain: Container; privileged: Container; bob: Container };

  private constructor(ground: Ground, containers: Scene['containers']) {
    this.ground = ground;
    this.share = path.join(ground.directory, 'share');
    this.closed = path.join(ground.directory, 'closed');
    this.secret = path.join(this.closed, 'secret');
    this.groupSecret = path.join(this.closed, 'group-secret');
    this.containers = containers;
  }

  /** Makes the directories and starts what attempts share: a process outside, two containers of the attacker's, one of Bob's. */
  static async open(ground: Ground): Promise<Scene> {
    const none = { name: '', pid: 0 };
    const scene = new Scene(ground, { plain: none, privileged: none, bob: none });
    await mkdir(scene.share, { recursive: true });
    await chown(scene.share, attacker, attacker);
    await chmod(scene.share, 0o777);
    await mkdir(scene.closed, { mode: 0o755 });
    await writeFile(scene.secret, canary, { mode: 0o600 });
    await writeFile(scene.groupSecret, canary, { mode: 0o640 });
    await scene.#serve(path.join(scene.share, 'outside.sock'), '--reuid', String(attacker), '--regid', String(attacker), '--clear-groups');
    await scene.#serve(path.join(scene.closed, 'root.sock'));
    const [plain, privileged, victim] = await Promise.all([
      scene.container('plain'),
      scene.container('privileged', ['--privileged']),
      scene.container('bob', ['--privileged', '-v', 'bobs:/v', '-e', `SECRET=${bobsSecret}`], [], bob),
    ]);
    Object.assign(scene.containers, { plain, privileged, bob: victim });
    const inside = await scene.in(victim);
    for (const file of ['/secret', '/v/secret']) {
      const secret = await inside.call('openat', AT_FDCWD, file, O_CREAT | O_RDWR, 0o600);
      await inside.call('write', secret, bobsSecret, bobsSecret.length);
    }
    return scene;
  }

  async #serve(control: string, ...words: string[]): Promise<void> {
    const child = spawn('setpriv', [...words, '--', this.ground.tool, 'serve', control], { stdio: ['ignore', 'inherit', 'inherit'] });
    this.#children.push(child);
    this.#keep(await Agent.connect(control, this.share)).close();
  }

  #keep(agent: Agent): Agent {
    this.#agents.push(agent);
    return agent;
  }

  /** A new process outside, of the attacker's account. */
  async outside(): Promise<Agent> {
    return this.#keep(await Agent.connect(path.join(this.share, 'outside.sock'), this.share));
  }

  /** A new process of root's outside: one that is attacked, or a service that trusts root. */
  async root(): Promise<Agent> {
    return this.#keep(await Agent.connect(path.join(this.closed, 'root.sock'), this.share));
  }

  /** A new process, root in that container. */
  async in(container: Container): Promise<Agent> {
    return this.#keep(await Agent.connect(`/proc/${container.pid}/root/control.sock`, '/share'));
  }

  /** `docker …` of a user's, without any of root's rights; rejects with `Stopped` where it fails. */
  async docker(uid: number, ...args: string[]): Promise<string> {
    const words = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--', 'docker', '-H', `unix://${this.ground.door}`, ...args];
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: '/nonexistent' };
    try {
      return (await run('setpriv', words, { env })).stdout.trim();
    } catch (error) {
      throw new Stopped(error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error));
    }
  }

  /** Starts a container with the tool as its first process; the attacker's have his directory at /share. */
  async container(name: string, options: readonly string[] = [], command: readonly string[] = [], uid = attacker): Promise<Container> {
    const shared = uid === attacker ? ['-v', `${this.share}:/share`] : [];
    const words = command.length > 0 ? command : ['accomplice', '/accomplice', 'serve', '/control.sock'];
    await this.docker(uid, 'run', '-d', '--name', name, ...shared, ...options, ...words);
    return this.running(name);
  }

  /** Imports an image of the attacker's making, with his tool in it; resolves with its name. */
  async image(name: string, entries: readonly Entry[], changes: readonly string[] = []): Promise<string> {
    const file = path.join(this.share, `${name}.tar`);
    const own = [{ name: 'accomplice', type: 'file', content: await readFile(this.ground.tool) }, { name: 'share', type: 'directory' }] as const;
    await writeFile(file, tarball([...own, ...entries]));
    await this.docker(attacker, 'import', ...changes.flatMap((change) => ['-c', change]), file, name);
    await rm(file);
    return name;
  }

  /** The container of that name, as whoever may use the socket can find it. */
  async running(name: string): Promise<Container> {
    const pid = Number(await this.docker(attacker, 'inspect', '-f', '{{.State.Pid}}', name));
    return { name, pid };
  }

  /** Passes a descriptor by SCM_RIGHTS through a unix socket in the shared directory; resolves with its number there. */
  async pass(from: Agent, descriptor: number, to: Agent): Promise<number> {
    const name = `pass-${this.#passed++}.sock`;
    // By whoever sees the directory with the attacker's id, since others may not be able to make files in it.
    const listener = await to.call('listen', path.join(to.share, name));
    const sending = await from.call('connect-to', path.join(from.share, name));
    const receiving = await to.call('accept', listener);
    await from.call('give', sending, descriptor);
    const received = await to.call('take', receiving);
    for (const [agent, open] of [[from, sending], [to, receiving], [to, listener]] as const) await agent.call('close', open);
    return received;
  }

  /** Opens a path in one process and passes it to the other; resolves with the descriptor's number there. */
  async handOver(from: Agent, file: string, flags: number, to: Agent): Promise<number> {
    return this.pass(from, await from.call('openat', AT_FDCWD, file, flags), to);
  }

  /** A process outside and one inside, new. */
  async both(container: Container = this.containers.plain): Promise<readonly [Agent, Agent]> {
    return Promise.all([this.outside(), this.in(container)]);
  }

  /** A file of root's for one attempt, outside, with the canary in it. */
  async rootFile(name: string, mode: number): Promise<string> {
    const file = path.join(this.closed, name);
    await writeFile(file, canary);
    await chmod(file, mode);
    return file;
  }

  /** A process of root's that does nothing. */
  rootProcess(): { readonly pid: number; readonly ended: Promise<void> } {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    this.#children.push(child);
    if (child.pid === undefined) throw new Error('sleep could not be started');
    return { pid: child.pid, ended: new Promise((resolve) => { child.once('exit', () => { resolve(); }); }) };
  }

  /** A child of a process in a container: in the PID namespace that its parent chose for children. */
  async fork(parent: Agent, container: Container): Promise<Agent> {
    const control = `/forked-${this.#passed++}.sock`;
    await parent.call('fork', control);
    return this.#keep(await Agent.connect(`/proc/${container.pid}/root${control}`, '/share'));
  }

  /** The id that the machine has for that process of a container's. */
  async pidOf(agent: Agent, container: Container): Promise<number> {
    const inner = await agent.call('getpid');
    const children = (await readFile(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8')).trim().split(' ');
    for (const pid of children) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      if (Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1]) === inner) return Number(pid);
    }
    throw new Error(`process ${inner} is not a child of the container's first process`);
  }

  /** Something that attempts have in common, made once. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#made.get(name) as Promise<T> | undefined; // one maker a name
    if (made !== undefined) return made;
    const making = make();
    this.#made.set(name, making);
    return making;
  }

  /** The process outside with the ids of the attacker's unprivileged container. */
  ranged(): Promise<Agent> {
    return this.once('ranged', () => this.rangeUser(this.containers.plain, 'ranged'));
  }

  /** A directory of the attacker's below the shared one, open to all, and its descriptor outside: no id-mapped mount is between. */
  async openDirectory(outside: Agent, name: string): Promise<{ readonly directory: string; readonly descriptor: number }> {
    const directory = path.join(this.share, name);
    await outside.call('mkdirat', AT_FDCWD, directory, 0o777);
    return { directory, descriptor: await outside.call('openat', AT_FDCWD, directory, O_RDONLY | O_DIRECTORY) };
  }

  /** Starts the program at `file` as a server outside, with whatever identity executing it gives, and connects to it. */
  async startOutside(outside: Agent, file: string): Promise<Agent> {
    const control = path.join(this.share, `started-${this.#passed++}.sock`);
    this.#started.push(await outside.call('start', file, control));
    return this.#keep(await Agent.connect(control, this.share, 5_000));
  }

  /**
   * A process outside whose ids are those that root of the container has on the machine: by a setuid file that it leaves in a directory
   * of the attacker's, given as a descriptor. On a bare engine that is root.
   */
  async rangeUser(container: Container, name: string): Promise<Agent> {
    const [outside, inside] = await Promise.all([this.outside(), this.in(container)]);
    const { directory, descriptor } = await this.openDirectory(outside, name);
    const given = await this.pass(outside, descriptor, inside);
    await inside.call('install', given, 'range-user');
    await inside.call('fchmodat', given, 'range-user', 0o6755);
    const user = await this.startOutside(outside, path.join(directory, 'range-user'));
    const id = await user.call('geteuid');
    await user.call('setresgid', id, id, id);
    await user.call('setresuid', id, id, id);
    await user.call('prctl', 4, 1, 0, 0, 0);
    return user;
  }

  /** Whether `text` is the canary's; rejects with it where it is not. */
  isCanary(text: string): boolean {
    if (!text.includes(canary)) throw new Stopped(`read instead: ${text}`);
    return true;
  }

  /** Whether there is a file of that name, and it is root's. */
  belongsToRoot(file: string): Promise<boolean> {
    return lstat(file).then(({ uid }) => uid === 0, () => false);
  }

  /** Content of a file, read by path in that process. */
  async readFile(agent: Agent, file: string): Promise<string> {
    const descriptor = await agent.call('openat', AT_FDCWD, file, O_RDONLY);
    return agent.read(descriptor);
  }

  /** Ends the processes and removes the containers; the directories are the caller's. */
  async close(): Promise<void> {
    for (const agent of this.#agents) agent.close();
    for (const pid of this.#started) try { process.kill(pid, 'SIGKILL'); } catch { /* it ended */ }
    for (const child of this.#children) child.kill('SIGKILL');
    const ids = (await this.ground.admin('ps', '-aq')).split('\n').filter((id) => id !== '');
    if (ids.length > 0) await this.ground.admin('rm', '-f', '-v', ...ids);
    await rm(path.join(this.share, 'outside.sock'), { force: true });
  }
}

/** Ids of a process, as the machine sees them. */
export async function effectiveUid(pid: number): Promise<number> {
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
