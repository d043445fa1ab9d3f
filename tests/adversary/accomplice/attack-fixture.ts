import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Agent } from './agent.ts';
import {
  attacker,
  bob,
  bobsSecret,
  canary,
  processOf,
  type Container,
  type AttackSetup,
} from './attack-setup.ts';
import { failureOf, showsSecret } from './evidence.ts';
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR } from './linux.ts';
import { tarball, type Entry } from './tarball.ts';

const run = promisify(execFile);

/** A process outside and one inside a container, and their targets. */
export class AttackFixture {
  readonly #agents: Agent[] = [];
  readonly #children: ChildProcess[] = [];
  /** Servers started by an agent: they outlive it. */
  readonly #started: number[] = [];
  readonly #created = new Map<string, Promise<unknown>>();
  #passed = 0;
  readonly setup: AttackSetup;
  /** The attacker's directory: 0777, owned by the attacker, and `/share` in the attacker's containers. */
  readonly share: string;
  /** Root's directory that everybody may search. */
  readonly closed: string;
  /** The canary in a file of root's, 0600. */
  readonly secret: string;
  /** The same, 0640: root's group may read it. */
  readonly groupSecret: string;
  readonly containers: { plain: Container; privileged: Container; bob: Container };

  private constructor(setup: AttackSetup, containers: AttackFixture['containers']) {
    this.setup = setup;
    this.share = path.join(setup.directory, 'share');
    this.closed = path.join(setup.directory, 'closed');
    this.secret = path.join(this.closed, 'secret');
    this.groupSecret = path.join(this.closed, 'group-secret');
    this.containers = containers;
  }

  /**
   * Creates the directories and starts what the attempts share: a process outside, two containers of the
   * attacker's, one of Bob's.
   */
  static async open(setup: AttackSetup): Promise<AttackFixture> {
    const none = { name: '', pid: 0 };
    const fixture = new AttackFixture(setup, { plain: none, privileged: none, bob: none });
    await mkdir(fixture.share, { recursive: true });
    await chown(fixture.share, attacker, attacker);
    await chmod(fixture.share, 0o777);
    await mkdir(fixture.closed, { mode: 0o755 });
    await writeFile(fixture.secret, canary, { mode: 0o600 });
    await writeFile(fixture.groupSecret, canary, { mode: 0o640 });
    await fixture.#serve(
      path.join(fixture.share, 'outside.sock'),
      '--reuid',
      String(attacker),
      '--regid',
      String(attacker),
      '--clear-groups',
    );
    await fixture.#serve(path.join(fixture.closed, 'root.sock'));
    const [plain, privileged, victim] = await Promise.all([
      fixture.container('plain'),
      fixture.container('privileged', ['--privileged']),
      fixture.container('bob', ['--privileged', '-v', 'bobs:/v', '-e', `SECRET=${bobsSecret}`], [], bob),
    ]);
    Object.assign(fixture.containers, { plain, privileged, bob: victim });
    const inside = await fixture.in(victim);
    for (const file of ['/secret', '/v/secret']) {
      const secret = await inside.call('openat', AT_FDCWD, file, O_CREAT | O_RDWR, 0o600);
      await inside.call('write', secret, bobsSecret, bobsSecret.length);
    }
    return fixture;
  }

  async #serve(control: string, ...argv: string[]): Promise<void> {
    const child = spawn('setpriv', [...argv, '--', this.setup.tool, 'serve', control], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
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

  /** A new process of root's outside: the target of an attack, or a service that trusts root. */
  async root(): Promise<Agent> {
    return this.#keep(await Agent.connect(path.join(this.closed, 'root.sock'), this.share));
  }

  /** A new process, root in that container. */
  async in(container: Container): Promise<Agent> {
    return this.#keep(await Agent.connect(`/proc/${container.pid}/root/control.sock`, '/share'));
  }

  /** The command that runs `docker` as a user, without any of root's rights. */
  #asUser(uid: number): string[] {
    const ids = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
    return [...ids, '--', 'docker', '-H', `unix://${this.setup.door}`];
  }

  /**
   * `docker …` as a user, without any of root's rights. Rejects if it fails, with `AttemptBlocked` if it was
   * refused.
   */
  async docker(uid: number, ...args: string[]): Promise<string> {
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: '/nonexistent' };
    try {
      return (await run('setpriv', [...this.#asUser(uid), ...args], { env })).stdout.trim();
    } catch (error) {
      throw failureOf(error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error));
    }
  }

  /**
   * Starts a container with the tool as its first process; the attacker's have the attacker's directory at
   * /share.
   */
  async container(
    name: string,
    options: readonly string[] = [],
    command: readonly string[] = [],
    uid = attacker,
  ): Promise<Container> {
    const shared = uid === attacker ? ['-v', `${this.share}:/share`] : [];
    const argv = command.length > 0 ? command : ['accomplice', '/accomplice', 'serve', '/control.sock'];
    await this.docker(uid, 'run', '-d', '--name', name, ...shared, ...options, ...argv);
    return this.running(name);
  }

  /** Imports an image of the attacker's with the tool in it; resolves with its name. */
  async image(name: string, entries: readonly Entry[], changes: readonly string[] = []): Promise<string> {
    const file = path.join(this.share, `${name}.tar`);
    const own = [
      { name: 'accomplice', type: 'file', content: await readFile(this.setup.tool) },
      { name: 'share', type: 'directory' },
    ] as const;
    await writeFile(file, tarball([...own, ...entries]));
    await this.docker(attacker, 'import', ...changes.flatMap((change) => ['-c', change]), file, name);
    await rm(file);
    return name;
  }

  /** The container of that name, as any user of the socket can find it. */
  async running(name: string): Promise<Container> {
    const pid = Number(await this.docker(attacker, 'inspect', '-f', '{{.State.Pid}}', name));
    return { name, pid };
  }

  /**
   * Passes a descriptor by SCM_RIGHTS through a unix socket in the shared directory, or in another one that
   * both have; resolves with its number there.
   */
  async pass(
    from: Agent,
    descriptor: number,
    to: Agent,
    through = { from: from.share, to: to.share },
  ): Promise<number> {
    const name = `pass-${this.#passed++}.sock`;
    const listener = await to.call('listen', path.join(through.to, name));
    const sending = await from.call('connect-to', path.join(through.from, name));
    const receiving = await to.call('accept', listener);
    await from.call('give', sending, descriptor);
    const received = await to.call('take', receiving);
    for (const [agent, open] of [
      [from, sending],
      [to, receiving],
      [to, listener],
    ] as const)
      await agent.call('close', open);
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

  /** A file of root's for one attempt, outside, containing the canary. */
  async rootFile(name: string, mode: number): Promise<string> {
    const file = path.join(this.closed, name);
    await writeFile(file, canary);
    await chmod(file, mode);
    return file;
  }

  /** An idle process of root's. */
  rootProcess(): { readonly pid: number; readonly ended: Promise<void> } {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    this.#children.push(child);
    if (child.pid === undefined) throw new Error('sleep could not be started');
    return {
      pid: child.pid,
      ended: new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
      }),
    };
  }

  /** A child of a process in a container: in the PID namespace that its parent chose for children. */
  async fork(parent: Agent, container: Container): Promise<Agent> {
    const control = `/forked-${this.#passed++}.sock`;
    await parent.call('fork', control);
    return this.#keep(await Agent.connect(`/proc/${container.pid}/root${control}`, '/share'));
  }

  /** The pid on the machine of that process of a container. */
  async pidOf(agent: Agent, container: Container): Promise<number> {
    const inner = await agent.call('getpid');
    const children = (await readFile(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8'))
      .trim()
      .split(' ');
    for (const pid of children) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      if (Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1]) === inner) return Number(pid);
    }
    throw new Error(`process ${inner} is not a child of the container's first process`);
  }

  /** Something that attempts share, created once. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#created.get(name) as Promise<T> | undefined; // one maker a name
    if (made !== undefined) return made;
    const making = make();
    this.#created.set(name, making);
    return making;
  }

  /** The process outside with the ids of the attacker's unprivileged container. */
  ranged(): Promise<Agent> {
    return this.once('ranged', () => this.rangeUser(this.containers.plain, 'ranged'));
  }

  /**
   * A directory of the attacker's below the shared one, open to all, and its descriptor outside: not accessed
   * through an id-mapped mount.
   */
  async openDirectory(
    outside: Agent,
    name: string,
  ): Promise<{ readonly directory: string; readonly descriptor: number }> {
    const directory = path.join(this.share, name);
    await outside.call('mkdirat', AT_FDCWD, directory, 0o777);
    return {
      directory,
      descriptor: await outside.call('openat', AT_FDCWD, directory, O_RDONLY | O_DIRECTORY),
    };
  }

  /**
   * Starts the program at `file` as a server outside, with the identity that executing it gives, and connects
   * to it.
   */
  async startOutside(outside: Agent, file: string): Promise<Agent> {
    const control = path.join(this.share, `started-${this.#passed++}.sock`);
    this.#started.push(await outside.call('start', file, control));
    return this.#keep(await Agent.connect(control, this.share, 5_000));
  }

  /**
   * A setuid and setgid file that root of the container leaves in a directory of the attacker's, given as a
   * descriptor: executed outside, it runs with the ids that this root has on the machine. On a bare engine
   * that is root.
   */
  async leaveRangeProgram(container: Container, name: string): Promise<string> {
    const [outside, inside] = await this.both(container);
    const { directory, descriptor } = await this.openDirectory(outside, name);
    const passed = await this.pass(outside, descriptor, inside);
    await inside.call('install', passed, 'range-user');
    await inside.call('fchmodat', passed, 'range-user', 0o6755);
    return path.join(directory, 'range-user');
  }

  /** A process outside with the ids of such a file. */
  async becomeRangeUser(file: string): Promise<Agent> {
    const user = await this.startOutside(await this.outside(), file);
    const id = await user.call('geteuid');
    await user.call('setresgid', id, id, id);
    await user.call('setresuid', id, id, id);
    const PR_SET_DUMPABLE = 4;
    await user.call('prctl', PR_SET_DUMPABLE, 1, 0, 0, 0);
    return user;
  }

  /** A process outside with the ids that root of the container has on the machine. */
  async rangeUser(container: Container, name: string): Promise<Agent> {
    return this.becomeRangeUser(await this.leaveRangeProgram(container, name));
  }

  /**
   * Starts a build of the attacker's whose step serves `control`, by either builder, and waits for the step's
   * process. The build ends with the fixture.
   */
  async build(
    name: string,
    buildKit: boolean,
    control: string,
    ...lines: string[]
  ): Promise<{ readonly agent: Agent; readonly pid: number }> {
    const context = path.join(this.share, `${name}-context`);
    await mkdir(context);
    await chown(context, attacker, attacker);
    await writeFile(path.join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
    const child = spawn('setpriv', [...this.#asUser(attacker), 'build', '--no-cache', context], {
      env: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: context,
        DOCKER_BUILDKIT: buildKit ? '1' : '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => {
        output += part.toString();
      });
    const until = Date.now() + 30_000;
    while (Date.now() < until && child.exitCode === null) {
      const pid = await processOf(control);
      if (pid !== null) {
        this.#started.push(pid);
        return { pid, agent: this.#keep(await Agent.connect(`/proc/${pid}/root${control}`, '/nowhere')) };
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
    throw failureOf(`the step did not start: ${output.slice(-500)}`);
  }

  /** Whether `text` is the canary; throws `AttemptBlocked` if the kernel did not allow to read it. */
  isCanary(text: string): boolean {
    return showsSecret(canary, text);
  }

  /** Whether there is a file of that name, and it is root's. */
  belongsToRoot(file: string): Promise<boolean> {
    return lstat(file).then(
      ({ uid }) => uid === 0,
      () => false,
    );
  }

  /** Content of a file, read by path. */
  async readFile(agent: Agent, file: string): Promise<string> {
    const descriptor = await agent.call('openat', AT_FDCWD, file, O_RDONLY);
    return agent.read(descriptor);
  }

  /** Ends the processes and removes the containers; the directories are the caller's. */
  async close(): Promise<void> {
    for (const agent of this.#agents) agent.close();
    for (const pid of this.#started)
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        /* it ended */
      }
    for (const child of this.#children) child.kill('SIGKILL');
    // A builder removes its steps' containers itself, possibly at the same time.
    const ids = (await this.setup.admin('ps', '-aq')).split('\n').filter((id) => id !== '');
    await Promise.all(ids.map((id) => this.setup.admin('rm', '-f', '-v', id).catch(() => undefined)));
  }
}
