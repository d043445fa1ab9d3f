import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { freePort } from '../../scripts/free-port.mjs';
import { artifacts, repository } from '../../scripts/paths.mjs';
import { debianImage, type DebianImage, type MachineKind, type Suite } from './debian-image.ts';
import { startQemu } from './qemu.ts';
import { startUserModeLinux } from './user-mode-linux.ts';
import { killAndWait, type VirtualMachine } from './virtual-machine.ts';

const run = promisify(execFile);

/** How long a boot may take: about a minute on an idle machine in QEMU. */
const bootMs = 420_000;
/** A command takes seconds; on a busy machine with an engine under load, minutes. */
const commandMs = 300_000;
const consoleLog = path.join(artifacts, 'machine-console.log');

export interface CommandResult {
  /** 255 if the connection itself failed, like ssh(1). */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** `root` by default; `alice` is an ordinary user in the group docker. */
  readonly user?: 'root' | 'alice';
  readonly timeoutMs?: number;
}

export interface BootOptions {
  /**
   * `user-mode-linux`: several times as fast, without a firewall and a second disk, and with one processor.
   * BULKHEAD_TEST_MACHINE=qemu has all tests run in QEMU.
   */
  readonly kind?: MachineKind;
  readonly suite?: Suite;
  readonly extraPackages?: readonly string[];
  /** A directory of this machine, which a guest in QEMU has on its second disk, `/dev/vdb`. */
  readonly attach?: string;
}

/** A real Debian machine: with the kernel of Debian in QEMU, or as User Mode Linux. */
export class Guest {
  readonly #image: DebianImage;
  readonly #directory: string;
  readonly #machine: VirtualMachine;
  /** By user, ssh with a connection that their commands share: a key exchange takes seconds in the guest. */
  readonly #connections = new Map<string, ChildProcess>();

  private constructor(image: DebianImage, directory: string, machine: VirtualMachine) {
    this.#image = image;
    this.#directory = directory;
    this.#machine = machine;
  }

  /**
   * Boots a fresh machine: its writes go to a layer of its own above the cached image. Where a User Mode
   * Linux can't be fetched or does not boot, as without /dev/net/tun, it is one in QEMU.
   */
  static async boot({ kind = 'qemu', attach, ...image }: BootOptions = {}): Promise<Guest> {
    const wanted = process.env['BULKHEAD_TEST_MACHINE'] === 'qemu' ? 'qemu' : kind;
    try {
      return await Guest.#bootImage(await debianImage({ ...image, kind: wanted }), attach);
    } catch (error) {
      if (wanted === 'qemu') throw error;
      console.log('User Mode Linux could not be booted, so QEMU is used:', error);
      return Guest.#bootImage(await debianImage({ ...image, kind: 'qemu' }), attach);
    }
  }

  static async #bootImage(image: DebianImage, attach: string | undefined): Promise<Guest> {
    await mkdir(artifacts, { recursive: true });
    await rm(consoleLog, { force: true });
    const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-machine-'));
    const files = { directory, disk: image.disk, consoleLog };
    const started =
      image.kind === 'qemu'
        ? startQemu({ ...files, ...image, attach })
        : startUserModeLinux({ ...files, ...image });
    const machine = await started.catch(async (error: unknown) => {
      await rm(directory, { recursive: true, force: true });
      throw error;
    });
    const guest = new Guest(image, directory, machine);
    try {
      await guest.#waitForBoot(null, 0);
      await machine.releaseFiles();
      console.log(await guest.#describe());
      return guest;
    } catch (error) {
      await guest.stop();
      throw error;
    }
  }

  /** Its first disk. */
  get disk(): VirtualMachine['disk'] {
    return this.#machine.disk;
  }

  /** How long a user of the load test waits between two commands, in seconds. */
  get loadPauseSeconds(): number {
    return this.#machine.loadPauseSeconds;
  }

  /** What it is, and in which test, for docs/compatibility.md. */
  async #describe(): Promise<string> {
    const test = path.relative(repository, expect.getState().testPath ?? repository);
    const packages = 'systemd docker.io containerd runc';
    const versions = await this.output(
      `echo kernel=$(uname -r) $(dpkg-query -W -f '\${Package}=\${Version} ' ${packages})`,
    );
    const versionsByName = versions.replace('docker.io=', 'docker=');
    return `machine under test: ${test} kind=${this.#image.kind} ${versionsByName}`;
  }

  /** Runs a shell command; one that takes longer than `timeoutMs` is an error. */
  async run(command: string, options: CommandOptions = {}): Promise<CommandResult> {
    await this.#connect(options.user ?? 'root');
    return finish(this.#ssh(command, options), command, options.timeoutMs ?? commandMs);
  }

  /** The output of a shell command without its last line feed; an exit code other than 0 is an error. */
  async output(command: string, options: CommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0) throw new Error(`exit code ${code} of: ${command}\n${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** Copies files and directories, by their names relative to `from`, to the same names below `to`. */
  async copyIn(
    from: string,
    names: readonly string[],
    to: string,
    { timeoutMs = commandMs }: CommandOptions = {},
  ): Promise<void> {
    const tar = spawn('tar', ['-C', from, '--exclude=*.map', '-cf', '-', ...names], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const command = `mkdir -p '${to}' && tar -C '${to}' --no-same-owner -xf -`;
    const unpack = this.#ssh(command, {});
    tar.stdout.pipe(unpack.stdin);
    const [{ code, stderr }, [packed]] = await Promise.all([
      finish(unpack, command, timeoutMs),
      once(tar, 'close'),
    ]);
    if (code !== 0 || packed !== 0) throw new Error(`${names.join(', ')} could not be copied: ${stderr}`);
  }

  /**
   * Boots again. `power-loss`: at once, without notice to any service, and without writing back data that is
   * only in memory. `kexec`: with the kernel that was loaded for it, since QEMU always uses the one of the
   * image; only in QEMU.
   */
  async reboot(how: 'orderly' | 'power-loss' | 'kexec' = 'orderly'): Promise<void> {
    const before = await this.output(readBootId);
    const consoleLength = (await this.#console()).length;
    const command = how === 'kexec' ? 'systemctl kexec' : this.#machine.rebootCommand;
    // The connection ends when the machine shuts down.
    if (how !== 'power-loss') await this.run(`${command}; exec sleep infinity`, { timeoutMs: bootMs });
    await this.#disconnect();
    await (how === 'power-loss' ? this.#machine.powerCycle() : this.#machine.reboot(bootMs));
    await this.#waitForBoot(before, consoleLength);
  }

  /** Ends the machine and removes its disk. */
  async stop(): Promise<void> {
    await this.#disconnect();
    await this.#machine.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A port of this machine that is forwarded to `port` of the loopback interface of a guest in QEMU. */
  async forward(port: number): Promise<string> {
    await this.#connect('root');
    const own = String(await freePort());
    await run('ssh', [
      ...['-O', 'forward', '-L', `127.0.0.1:${own}:127.0.0.1:${port}`],
      ...this.#sshArguments('root'),
    ]);
    return own;
  }

  /** Writes the output of a command to a file of the test's artifacts. */
  async saveOutput(command: string, file: string, options: CommandOptions = {}): Promise<void> {
    const { stdout, stderr } = await this.run(command, options);
    await writeFile(path.join(artifacts, file), `${stdout}${stderr}`);
  }

  #sshArguments(user: string): string[] {
    const { host, port } = this.#machine.ssh;
    return [
      ...['-q', '-i', this.#image.key, '-p', String(port), '-l', user],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'],
      ...['-o', `ControlPath=${this.#directory}/%r`, '-o', 'ConnectTimeout=20'],
      ...['-o', 'ServerAliveInterval=20', host],
    ];
  }

  #ssh(command: string, { user = 'root' }: CommandOptions) {
    const [program = 'ssh', ...args] = [...this.#machine.ssh.prefix, 'ssh', ...this.#sshArguments(user)];
    return spawn(program, [...args, '--', command], { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Opens the connection of a user; false if there is no response yet. It ends with this process. */
  async #connect(user: string): Promise<boolean> {
    if (this.#connections.has(user)) return true;
    const master = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', ...this.#machine.ssh.prefix, 'ssh', '-M', '-N'],
        // Run once others can use the connection.
        ...['-o', 'PermitLocalCommand=yes', '-o', 'LocalCommand=echo open'],
        ...this.#sshArguments(user),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [opened] = await Promise.race([once(master.stdout, 'data'), once(master, 'close')]);
    if (!Buffer.isBuffer(opened)) return false;
    this.#connections.set(user, master);
    return true;
  }

  /** Closes the connections of all users. */
  async #disconnect(): Promise<void> {
    await Promise.all([...this.#connections.values()].map(killAndWait));
    this.#connections.clear();
  }

  /**
   * Until ssh responds, in another boot than `before`.
   *
   * @param consoleLength length of the console's text when this boot began, in UTF-16 code units; only what
   *   follows is about this boot
   */
  async #waitForBoot(before: string | null, consoleLength: number): Promise<void> {
    const end = Date.now() + bootMs;
    let read = consoleLength;
    while (Date.now() < end) {
      const { ended } = this.#machine;
      if (ended !== null)
        throw new Error(`the machine ended (${ended})${await this.#lastLines(consoleLength)}`);
      const written = await this.#console();
      if (this.#machine.recoverBoot(written.slice(read))) read = written.length;
      // An attempt waits for the other end by itself; it is refused at once only shortly before sshd listens.
      if ((await this.#connect('root')) && (await this.output(readBootId)) !== before) return;
      await setTimeout(500);
    }
    throw new Error(
      `the machine did not boot within ${bootMs / 1000} s${await this.#lastLines(consoleLength)}`,
    );
  }

  /** For an error: where the console's text is, and its end. */
  async #lastLines(consoleLength: number): Promise<string> {
    const lines = (await this.#console()).slice(consoleLength).split('\n').slice(-30);
    return `: see ${consoleLog}; its last lines:\n${lines.join('\n')}`;
  }

  /** What the machine wrote to its console since it was started. */
  #console(): Promise<string> {
    return readFile(consoleLog, 'utf8').catch(() => '');
  }
}

const readBootId = 'cat /proc/sys/kernel/random/boot_id';

async function finish(child: ChildProcess, command: string, timeoutMs: number): Promise<CommandResult> {
  child.stdin?.on('error', () => undefined);
  const limit = AbortSignal.timeout(timeoutMs);
  const kill = () => child.kill('SIGKILL');
  limit.addEventListener('abort', kill);
  const [stdout, stderr] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    once(child, 'close'),
  ]);
  limit.removeEventListener('abort', kill);
  if (child.signalCode !== null)
    throw new Error(`no end within ${timeoutMs / 1000} s: ${command}\n${stdout}${stderr}`);
  return { code: child.exitCode, stdout, stderr };
}
