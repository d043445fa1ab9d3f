import type { EffectiveSettings } from '../settings/effective.ts';
import { missingBecause, type TargetCapabilities } from '../targets/capabilities.ts';
import { isRunning, isUnprotected, restartsByItself, type Container } from './protection.ts';

/**
 * What is allowed for unprotected containers while ECI is on: `block`: they can't be started or entered;
 * `warn`: they can be used, and that is recorded; `free`: they can be used without a record.
 */
export type UnprotectedUse = 'block' | 'warn' | 'free';

/** What these settings allow for unprotected containers. */
export function unprotectedUse(
  capabilities: TargetCapabilities,
  settings: Pick<EffectiveSettings, 'mode' | 'existingContainers'>,
): UnprotectedUse {
  if (missingBecause(capabilities, 'existing-containers') !== null) return 'free';
  return settings.mode === 'audit' ? 'warn' : settings.existingContainers;
}

const otherRuntimeReasons: ReadonlySet<Container['reason']> = new Set([
  'before-eci',
  'audit-mode',
  'past-gateway',
]);

/**
 * Running containers that stay stopped once the engine has stopped: it does not restart them by itself, and
 * the gateway refuses to start them (with `block`), as their runtime is another. One with the isolation
 * runtime gets ids of its own at its next start, even if it has none now.
 */
export const stoppedForGood = (containers: readonly Container[]): Container[] =>
  containers.filter(
    (container) =>
      isRunning(container) &&
      isUnprotected(container) &&
      otherRuntimeReasons.has(container.reason) &&
      // The engine removes it.
      container.autoRemove !== true &&
      !restartsByItself(container),
  );
