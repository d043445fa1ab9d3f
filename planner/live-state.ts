import { readFileSync } from 'node:fs';
import type { ContainerState } from './containers.ts';
import { isRuntime } from './runtime-process.ts';

/** The machine's boot. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether the machine was booted since: the numbers of processes are others' now. */
export function isOfAnotherBoot(state: ContainerState): boolean {
  return state.boot !== undefined && state.boot !== bootId();
}

/**
 * Whether the runtime that creates the container is at work, or has not cleaned up yet after it failed to.
 */
export function isMade(state: ContainerState, runtimeBinary: string): boolean {
  return !isOfAnotherBoot(state) && isRuntime(state.runtimePid, runtimeBinary);
}
