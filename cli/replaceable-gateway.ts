import { closeSync } from 'node:fs';
import { duplicateDescriptor } from '../gateway/base/libc.ts';
import type { ServiceManager } from '../gateway/base/systemd-notify.ts';
import type { Gateway } from '../gateway/server.ts';
import type { InheritedListener } from '../shared/gateway/listener-handoff.ts';
import type { AppError, Result } from '../shared/result.ts';
import { replacedStatus, startSuccessor, type Successor, type SuccessorLimits } from './gateway-successor.ts';
import type { ServiceLog } from './service-log.ts';

/** A gateway, and the descriptors on which it listens now. */
export interface ListeningGateway {
  readonly gateway: Gateway;
  readonly listeners: () => readonly InheritedListener[];
}

/** Starts a gateway on these sockets, with an engine that runs or not. */
export type StartGateway = (
  sockets: readonly InheritedListener[],
  isEngineStopped: boolean,
) => Promise<Result<ListeningGateway, AppError>>;

/** The gateway of this process, which another process can replace while clients are served. */
export class ReplaceableGateway {
  #current: ListeningGateway;
  readonly #start: StartGateway;
  readonly #log: ServiceLog;
  /** Gateways whose successor failed: they still have open connections. */
  readonly #retired: Gateway[] = [];
  #isEngineStopping = false;
  #isClosing = false;

  constructor(current: ListeningGateway, start: StartGateway, log: ServiceLog) {
    this.#current = current;
    this.#start = start;
    this.#log = log;
  }

  get listenSocket(): string {
    return this.#current.gateway.listenSocket;
  }

  setEngineStopping(stopping: boolean): void {
    this.#isEngineStopping = stopping;
    this.#current.gateway.setEngineStopping(stopping);
  }

  /**
   * At each of `hangups` (SIGHUP, `systemctl reload`): starts the currently installed program to replace this
   * process. It gets the listening sockets, so that no client is refused; open connections stay with this
   * process. Where it does not serve, this process does again. Resolves at the end of the last connection, or
   * where neither serves: the exit status tells which.
   */
  async replacedOnHangup(
    hangups: AsyncIterable<unknown>,
    manager: ServiceManager,
    limits: SuccessorLimits,
  ): Promise<void> {
    for await (const _ of hangups) {
      try {
        this.#refuseOtherPolicy();
        const successor = await this.#startSuccessor(manager, limits);
        const { ended } = await this.#leaveSocketsTo(successor);
        manager.status('');
        manager.handOver(successor.pid);
        successor.confirm();
        this.#log(
          `process ${successor.pid} serves new connections; this one ends with the last of its own`,
          'info',
        );
        process.exitCode = replacedStatus;
        // Only its parent gets its exit; the service manager restarts the service when all have ended.
        const failed = successor.failed.then(() => {
          process.exitCode = 1;
        });
        await Promise.race([ended, failed]);
        return;
      } catch (error) {
        if (error instanceof CannotServe) {
          this.#log(`no gateway serves, the service is restarted: ${error.message}`);
          process.exitCode = 1;
          return;
        }
        this.#current.gateway.resumeSockets();
        const why = error instanceof Error ? error.message : String(error);
        this.#log(`the gateway was not replaced, and goes on: ${why}`);
        // "bulkhead install" waits for it; the timestamp distinguishes it from an earlier failure.
        manager.status(`Not replaced at ${new Date().toISOString()}: ${why}`);
      }
    }
  }

  /**
   * Starts a successor with all sockets. If containers got sockets while it loaded, it is ended, and another
   * one is started with creation blocked.
   */
  async #startSuccessor(manager: ServiceManager, limits: SuccessorLimits): Promise<Successor> {
    const start = async () => {
      const passed = new Set(this.#current.listeners());
      const successor = await startSuccessor([...passed], manager.variables, limits);
      await this.#current.gateway.holdSockets();
      return { successor, isComplete: this.#current.listeners().every((listener) => passed.has(listener)) };
    };
    const first = await start();
    if (first.isComplete) return first.successor;
    await first.successor.kill();
    return (await start()).successor;
  }

  /** Lets running exchanges end for `graceMs`, then closes everything. */
  async close(graceMs?: number): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#current.gateway, ...this.#retired].map((gateway) => gateway.close(graceMs)));
  }

  /**
   * Retires this gateway, and has the successor serve. Where it does not, this process serves again, and this
   * rejects. What it resolves with ends with the last connection.
   */
  async #leaveSocketsTo(successor: Successor): Promise<{ readonly ended: Promise<void> }> {
    const kept: InheritedListener[] = [];
    let isRetired = false;
    try {
      for (const { name, fd } of this.#current.listeners()) kept.push({ name, fd: duplicateDescriptor(fd) });
      // The settings file may have changed while the successor loaded.
      this.#refuseOtherPolicy();
      isRetired = true;
      const { ended } = await this.#current.gateway.retire();
      await successor.serve();
      for (const { fd } of kept) closeSync(fd);
      return { ended };
    } catch (error) {
      await successor.kill();
      if (isRetired) await this.#serveAgain(kept);
      else for (const { fd } of kept) closeSync(fd);
      throw error;
    }
  }

  /** Throws if a gateway that starts now would enforce another policy than this one. */
  #refuseOtherPolicy(): void {
    const why = this.#current.gateway.whyNotReplaceable();
    if (why !== null) throw new Error(why);
  }

  async #serveAgain(sockets: readonly InheritedListener[]): Promise<void> {
    if (this.#isClosing) return;
    const started = await this.#start(sockets, this.#isEngineStopping);
    if (!started.ok)
      throw new CannotServe([started.error.message, started.error.reason].filter(Boolean).join(' '));
    this.#retired.push(this.#current.gateway);
    this.#current = started.value;
    this.#current.gateway.setEngineStopping(this.#isEngineStopping);
  }
}

/** Neither this process nor its successor serves. */
class CannotServe extends Error {}
