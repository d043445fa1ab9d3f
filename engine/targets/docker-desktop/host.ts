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

/** The user whose Docker Desktop it is: the owner of its window and its engine. */
export interface DesktopUser {
  readonly uid: number;
  readonly name: string;
}

/**
 * Everything that the target Docker Desktop reads from or does on the machine: tests replace it by other
 * platforms.
 */
export interface DesktopHost extends DesktopMachine {
  readonly locations: DesktopLocations;
  /**
   * Set if this process has more rights than the user whose Docker Desktop it is: programs of the user's
   * session then run as that user.
   */
  readonly user: DesktopUser | null;
  /** The runtime of every container in Docker Desktop while ECI is on. */
  readonly runtimeName: string;
  /** Text of a file, null if there is none or it can't be read. */
  read(file: string): Promise<string | null>;
  /** When a file was last changed (ms since the epoch), null if there is none. */
  changedAt(file: string): Promise<number | null>;
  /** Runs a program by its absolute path with unmodified arguments: no shell. Never rejects. */
  run(
    program: string,
    args: readonly string[],
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<ProgramEnd>;
  /** Starts a program that outlives this process. */
  launch(program: string, args: readonly string[]): Promise<boolean>;
  /** Whether this process may write the administrator's file. */
  elevated(): Promise<boolean>;
  docker(socket: string, timeoutMs?: number): Docker;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  now(): number;
}

/** Docker's name of ECI's runtime. */
const desktopRuntimeName = 'sysbox-runc';

/**
 * This machine. Null if there is no Docker Desktop for its platform. `user`: its user, if this process was
 * elevated.
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
    // The user can replace files in the home directory; only administrators can write to the other places.
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
        ? // It works for administrators only, and changes nothing.
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

/** The first of `files` that exists. */
export async function firstExisting(host: DesktopHost, files: readonly string[]): Promise<string | null> {
  const there = await Promise.all(files.map((file) => host.changedAt(file)));
  return files.find((_file, index) => there[index] !== null) ?? null;
}
