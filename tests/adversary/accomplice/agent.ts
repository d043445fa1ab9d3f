import { createInterface, type Interface } from 'node:readline';
import { connect, type Socket } from 'node:net';
import os from 'node:os';
import { failureOfCall } from './evidence.ts';

/** The process of an agent ended before its call did. */
export class AgentEnded extends Error {}

/**
 * A number (descriptor, flags, address), a string (for example a path), or memory that the call reads and
 * writes.
 */
export type CallArgument = number | string | Buffer;

/** The result of a call. `value` is -1 if it failed, and `errorName` its error, such as EPERM. */
export interface CallResult {
  readonly value: number;
  readonly errorName: string;
  /** The arguments in memory, with their content after the call. */
  readonly memory: readonly Buffer[];
}

const errorNames = new Map(Object.entries(os.constants.errno).map(([name, number]) => [number, name]));

/** The name of an error, by its number. */
export const nameOfError = (number: number): string => errorNames.get(number) ?? String(number);

const encode = (arg: CallArgument): string => {
  if (typeof arg === 'number') return String(arg);
  return typeof arg === 'string' ? `s${Buffer.from(arg).toString('hex')}` : `x${arg.toString('hex')}`;
};

/** One process of the attacker's, controlled over its socket: it performs one system call after another. */
export class Agent {
  readonly #socket: Socket;
  readonly #lines: Interface;
  readonly #waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];

  /** Resolves once the process has ended, or its connection. */
  readonly ended: Promise<void>;
  /** The shared directory's path as this process sees it. */
  readonly share: string;

  private constructor(socket: Socket, share: string) {
    this.#socket = socket;
    this.share = share;
    this.#lines = createInterface({ input: socket });
    this.#lines.on('line', (line) => {
      this.#waiting.shift()?.resolve(line);
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    });
    const end = () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new AgentEnded('the process ended'));
    };
    socket.on('close', end);
    socket.on('error', end);
  }

  /** Connects to an `accomplice serve` at `control`; waits until it listens, `patienceMs` at most. */
  static async connect(control: string, share: string, patienceMs = 20_000): Promise<Agent> {
    const until = Date.now() + patienceMs;
    for (;;) {
      const socket = connect(control);
      const error = await new Promise<Error | null>((resolve) => {
        socket.once('connect', () => {
          resolve(null);
        });
        socket.once('error', resolve);
      });
      if (error === null) return new Agent(socket, share);
      if (Date.now() > until) throw new Error(`no accomplice at ${control}: ${error.message}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }

  /** Performs one operation and reports its result. */
  async try(operation: string, ...args: readonly CallArgument[]): Promise<CallResult> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${[operation, ...args.map(encode)].join(' ')}\n`);
    });
    const [value, error, ...memory] = line.split(' ');
    return {
      value: Number(value),
      errorName: nameOfError(Number(error)),
      memory: memory.map((digits) => Buffer.from(digits, 'hex')),
    };
  }

  /** As above, resolves with the value. Rejects if it fails, with `AttemptBlocked` if it was not allowed. */
  async call(operation: string, ...args: readonly CallArgument[]): Promise<number> {
    return (await this.filled(operation, ...args)).value;
  }

  /** As above, for calls that write memory. */
  async filled(operation: string, ...args: readonly CallArgument[]): Promise<CallResult> {
    const result = await this.try(operation, ...args);
    if (result.value === -1) {
      const shown = args.map((arg) => (Buffer.isBuffer(arg) ? 'memory' : String(arg))).join(', ');
      throw failureOfCall(`${operation}(${shown})`, result.errorName);
    }
    return result;
  }

  /** Up to `size` bytes of a descriptor, as text. */
  async read(descriptor: number, size = 4096): Promise<string> {
    const { value, memory } = await this.filled('read', descriptor, Buffer.alloc(size), size);
    return memory[0]?.subarray(0, value).toString('latin1') ?? '';
  }

  /** Runs a program and waits for it; resolves with its output. */
  async run(...args: readonly [string, ...string[]]): Promise<string> {
    return (await this.try('run', ...args)).memory[0]?.toString() ?? '';
  }

  /** Stores bytes permanently in the process's memory; resolves with their address. */
  keep(bytes: Buffer): Promise<number> {
    return this.call('keep', bytes);
  }

  /** Ends the process. */
  close(): void {
    this.#lines.close();
    this.#socket.destroy();
  }
}
