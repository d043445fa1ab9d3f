import { execFile, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import type Docker from 'dockerode';
import { dockerClient } from '../../base/docker-client.ts';
import {
  desktopLocations,
  type DesktopLocations,
  type DesktopMachine,
  type DesktopPlatform,
} from './locations.ts';
import { readRegularFile } from './read-file.ts';

/** How a program ended. `code` is null where it could not be started or was killed. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The user whose Docker Desktop it is: its window and its engine are his. */
export interface DesktopUser {
  readonly uid: number;
  readonly name: string;
}

/**
 * Everything about the machine that Docker Desktop's target asks or does: tests put other platforms in its
 * place.
 */
export interface DesktopHost extends DesktopMachine {
  readonly locations: DesktopLocations;
  /**
   * Set where this process has more rights than the user whose Docker Desktop it is: programs of his session
   * are then run as him.
   */
  readonly user: DesktopUser | null;
  /** The runtime Docker Desktop puts every container under while ECI is on. */
  readonly runtimeName: string;
  /** Text of a file, null where there is none or it can't be read. */
  read(file: string): Promise<string | null>;
  /** When a file was last changed (ms since the epoch), null where there is none. */
  changedAt(file: string): Promise<number | null>;
  /** Runs a program by its absolute path with arguments as they are: no shell. Never rejects. */
  run(
    program: string,
    args: readonly string[],
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<ProgramEnd>;
  /** Starts a program that outlives this process. */
  launch(program: string, args: readonly string[]): Promise<boolean>;
  /** Whether this process may write the admin's file. */
  elevated(): Promise<boolean>;
  docker(socket: string, timeoutMs?: number): Docker;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  now(): number;
}

/** What Docker names the runtime of ECI. */
export const desktopRuntimeName = 'sysbox-runc';

/**
 * This machine. Null where there is no Docker Desktop for its platform. `user`: whose it is, where this
 * process was elevated.
 */
export function thisHost(user: (DesktopUser & { readonly home: string }) | null = null): DesktopHost | null {
  const platform = platformOf(process.platform);
  if (platform === null) return null;
  const machine: DesktopMachine = { platform, home: user?.home ?? os.homedir(), env: process.env };
  return {
    ...machine,
    locations: desktopLocations(machine),
    user,
    runtimeName: desktopRuntimeName,
    // What lies in the user's home is his to replace; the rest is where only administrators may write.
    read: (file) =>
      readRegularFile(
        file,
        user !== null && platform !== 'win32' && file.startsWith(`${machine.home}/`) ? user.uid : null,
      ),
    changedAt: (file) =>
      stat(file).then(
        (info) => info.mtimeMs,
        () => null,
      ),
    run: (program, args, options = {}) =>
      new Promise((resolve) => {
        execFile(
          program,
          [...args],
          {
            timeout: options.timeoutMs ?? 30_000,
            windowsHide: true,
            maxBuffer: 1024 * 1024,
            ...(options.signal === undefined ? {} : { signal: options.signal }),
          },
          (error, stdout, stderr) => {
            resolve({
              code: error === null ? 0 : typeof error.code === 'number' ? error.code : null,
              stdout,
              stderr: stderr || (error === null ? '' : error.message),
            });
          },
        );
      }),
    launch: (program, args) =>
      new Promise((resolve) => {
        const child = spawn(program, [...args], { detached: true, stdio: 'ignore', windowsHide: true });
        child.once('spawn', () => {
          child.unref();
          resolve(true);
        });
        child.once('error', () => {
          resolve(false);
        });
      }),
    elevated: async () =>
      platform === 'win32'
        ? // It answers administrators only, and changes nothing.
          new Promise((resolve) => {
            execFile(
              `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\fltmc.exe`,
              { windowsHide: true },
              (error) => {
                resolve(error === null);
              },
            );
          })
        : process.getuid?.() === 0,
    docker: (socket, timeoutMs) => dockerClient(socket, timeoutMs),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        signal?.addEventListener(
          'abort',
          () => {
            clearTimeout(timer);
            resolve();
          },
          { once: true },
        );
      }),
    now: () => Date.now(),
  };
}

const platformOf = (platform: NodeJS.Platform): DesktopPlatform | null =>
  platform === 'darwin' || platform === 'win32' || platform === 'linux' ? platform : null;

/** The first of `files` that is there. */
export async function firstThere(host: DesktopHost, files: readonly string[]): Promise<string | null> {
  const there = await Promise.all(files.map((file) => host.changedAt(file)));
  return files.find((_file, index) => there[index] !== null) ?? null;
}
