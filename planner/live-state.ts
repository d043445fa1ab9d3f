import { readFileSync } from 'node:fs';
import type { ContainerState } from './containers.ts';
import { isRuntime } from './runtime-process.ts';

/** The machine's boot id. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether the machine was rebooted since: recorded process ids are invalid then. */
export function isOfAnotherBoot(state: ContainerState): boolean {
  return state.boot !== undefined && state.boot !== bootId();
}

/** Whether a runtime is creating the container, or has not finished the clean-up of a failed create. */
export function isBeingCreated(state: ContainerState, runtimeBinary: string): boolean {
  return !isOfAnotherBoot(state) && isRuntime(state.runtimePid, runtimeBinary);
}
