import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { text } from 'node:stream/consumers';
import { message, type Message } from '../shared/messages/message.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import type { EngineSubnet } from '../engine/targets/embedded/engine-bridges.ts';
import { chainPrefix } from '../engine/targets/embedded/firewall.ts';

const run = promisify(execFile);
/** Other programs change the firewall at any time, and not all of its implementations emit an event. */
const defaultCheckEveryMs = 30_000;
/** Names of bridges of Docker engines, including embedded ones, as patterns of iptables. */
const engineBridges = ['docker0', 'br-+', 'bh+'] as const;
const looksLikeEngineBridge = /^(?:br-|bh)/;
/** Names that engines assign by default. */
const isEngineBridge = /^(?:br-[0-9a-f]{12}|bh[0-9a-f]{8,})$/;

/**
 * The bridges that connect this machine to a network although they match a pattern of `engineBridges`, such
 * as `br-lan`: containers reach the network through them. They have a route with a gateway, or a port that
 * belongs neither to a container nor to a virtual machine. `routes` and `links`: output of `ip route show`
 * and `ip -d -o link show`. Pure.
 */
export function uplinkBridges(routes: string, links: string): readonly string[] {
  const routed = routes
    .split('\n')
    .filter((route) => /^default |\svia\s/.test(route))
    .map((route) => /\sdev (\S+)/.exec(route)?.[1] ?? '');
  const withPort = links
    .split('\n')
    .filter((link) => !/\s(?:veth|tun)\s/.test(link))
    .map((link) => /\smaster (\S+)/.exec(link)?.[1] ?? '');
  return [...new Set([...routed, ...withPort])]
    .filter((name) => looksLikeEngineBridge.test(name) && !isEngineBridge.test(name))
    .toSorted();
}

/**
 * The chain's rules in the format of `iptables-restore --noflush`, which replaces the chain at once. Pure.
 */
export function separationRules(
  chain: string,
  { octet }: EngineSubnet,
  uplinks: readonly string[],
): readonly string[] {
  const own = `10.${octet}.0.0/16`;
  const drop = '-m conntrack --ctstate NEW -m conntrack ! --ctstate DNAT -j DROP';
  return [
    '*mangle',
    `:${chain} - [0:0]`,
    `-A ${chain} -s ${own} -d ${own} -j RETURN`,
    ...uplinks.flatMap((device) => [
      `-A ${chain} -o ${device} -j RETURN`,
      `-A ${chain} -i ${device} -j RETURN`,
    ]),
    ...engineBridges.flatMap((bridge) => [
      `-A ${chain} -s ${own} -o ${bridge} ${drop}`,
      `-A ${chain} -d ${own} -i ${bridge} ${drop}`,
    ]),
    'COMMIT',
  ];
}

export interface NetworkSeparationOptions {
  readonly log: (text: string | Message) => void;
  /** Called when `problem` changes while the engine runs. */
  readonly onChange: () => void;
  /** Interval of checking the rules, ms. */
  readonly checkEveryMs?: number;
}

/**
 * Keeps containers of this engine's own IPv4 subnet and those of other engines apart, like networks of one
 * engine: no dockerd has a rule against the bridges of another. Ports published on the machine stay
 * reachable. The rules are in the table `mangle`, which precedes those in which engines accept packets; they
 * exist before dockerd starts containers, and are restored if another program has removed them. Not covered:
 * networks with another subnet (chosen by their user, or created in swarm mode), IPv6, and bridges with
 * unusual names.
 */
export class NetworkSeparation {
  readonly #chain: string;
  readonly #options: NetworkSeparationOptions;
  #timer: NodeJS.Timeout | undefined;
  /** A check in progress; the next check, and the end of the checks, wait for it. */
  #running: Promise<void> = Promise.resolve();
  #isChecking = false;
  /** The rules as the kernel lists them, and the uplinks that they exempt. */
  #inForce: { readonly listed: string; readonly uplinks: string } | null = null;
  #problem: Message | null = null;

  constructor(paths: RootPaths, options: NetworkSeparationOptions) {
    this.#chain = `${chainPrefix(paths)}-ENGINES`;
    this.#options = options;
  }

  /** Why the engines are not, or may not be, kept apart; null if they are, or if docker0 does not exist. */
  get problem(): Message | null {
    return this.#problem;
  }

  /** Sets the rules for `subnet`, and checks them until `end` is called. Never rejects. */
  async begin(subnet: EngineSubnet): Promise<void> {
    await this.end();
    await this.#set(subnet);
    this.#timer = setInterval(() => {
      if (this.#isChecking) return;
      this.#isChecking = true;
      this.#running = this.#check(subnet).finally(() => {
        this.#isChecking = false;
      });
    }, this.#options.checkEveryMs ?? defaultCheckEveryMs);
    this.#timer.unref();
  }

  /**
   * Stops checking, and resolves when no check is in progress; the rules stay, for containers that keep
   * running.
   */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  async #check(subnet: EngineSubnet): Promise<void> {
    const before = this.#problem?.text;
    if (await this.#isInForce()) this.#problem = await sharedChainsProblem();
    else {
      await this.#set(subnet);
      if (this.#inForce !== null) this.#options.log(message('engine.separation-rules-restored'));
    }
    if (before !== this.#problem?.text) this.#options.onChange();
  }

  async #set(subnet: EngineSubnet): Promise<void> {
    try {
      const uplinks = await currentUplinks();
      await restore(separationRules(this.#chain, subnet, uplinks));
      if (!(await jumpsTo(this.#chain))) await mangle('-I', 'FORWARD', '-j', this.#chain);
      this.#inForce = { listed: await listed(this.#chain), uplinks: uplinks.join() };
      this.#problem = await sharedChainsProblem();
    } catch (error) {
      this.#inForce = null;
      const reason = error instanceof Error ? error.message : String(error);
      const problem = message('engine.separation-rules-failed', { reason });
      const isConcern = await isBesideAnother();
      if (isConcern && problem.text !== this.#problem?.text) this.#options.log(problem);
      this.#problem = isConcern ? problem : null;
    }
  }

  async #isInForce(): Promise<boolean> {
    try {
      const rules = await listed(this.#chain);
      const uplinks = await currentUplinks();
      return (
        this.#inForce?.listed === rules &&
        this.#inForce.uplinks === uplinks.join() &&
        (await jumpsTo(this.#chain))
      );
    } catch {
      return false;
    }
  }
}

/** None of these programs takes long; one that hangs must not delay the engine's start or stop. */
const limits = { timeout: 15_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;

const mangle = (...args: string[]) => run('iptables', ['-w', '5', '-t', 'mangle', ...args], limits);

const listed = async (chain: string): Promise<string> => (await mangle('-S', chain)).stdout;

/** Whether forwarded packets reach the chain. Rejects if that could not be determined. */
async function jumpsTo(chain: string): Promise<boolean> {
  try {
    await mangle('-C', 'FORWARD', '-j', chain);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return false;
    throw error;
  }
}

async function currentUplinks(): Promise<readonly string[]> {
  const [routes, links] = await Promise.all([
    run('ip', ['-4', 'route', 'show', 'table', 'all'], limits),
    run('ip', ['-d', '-o', 'link', 'show'], limits),
  ]);
  return uplinkBridges(routes.stdout, links.stdout);
}

/**
 * Replaces the chain in one step: no packet is filtered by half of the rules. Rejects with the output of
 * iptables.
 */
async function restore(rules: readonly string[]): Promise<void> {
  const child = spawn('iptables-restore', ['-w', '5', '--noflush'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: limits.timeout,
    killSignal: limits.killSignal,
  });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${rules.join('\n')}\n`);
  const [stderr] = await Promise.all([text(child.stderr), closed]);
  if (child.exitCode !== 0)
    throw new Error(stderr.trim() || `iptables-restore: ${child.exitCode ?? child.signalCode ?? 'failed'}`);
}

const succeeds = (program: string, ...args: string[]): Promise<boolean> =>
  run(program, args, limits).then(
    () => true,
    () => false,
  );

/** Only a machine with another Docker engine has docker0: an embedded one has a bridge of another name. */
const isBesideAnother = (): Promise<boolean> => succeeds('ip', 'link', 'show', 'dev', 'docker0');

/**
 * With firewalld, dockerd has firewalld create the rules, and the chains of all engines have the same names.
 */
const sharedChainsProblem = async (): Promise<Message | null> =>
  (await isBesideAnother()) && (await succeeds('firewall-cmd', '--state'))
    ? message('engine.firewalld-shares-chains')
    : null;
