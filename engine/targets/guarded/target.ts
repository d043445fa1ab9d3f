import os from 'node:os';
import { targetId, type TargetRef } from '../../../shared/targets/target-id.ts';
import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import { atFirstUse } from '../../base/at-first-use.ts';
import { Disposers } from '../../base/disposers.ts';
import { isPackageInstalled } from '../../base/package-directory.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { watchFiles } from '../../base/watch.ts';
import { createSettingsStore } from '../../store/settings-store.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { readVerification } from '../../verify/verification-record.ts';
import type { EngineParts } from './engine-parts.ts';

/** The differences between the kinds of guarded engines. */
export interface GuardedEngine {
  readonly ref: TargetRef;
  readonly paths: RootPaths;
  readonly capabilities: TargetCapabilities;
  /** Drives it, unless `TargetOptions.driver` is given. */
  readonly createDriver: (bulkheadCommand: string) => EngineDriver;
}

/** Opens a guarded engine of any kind. Starts nothing. */
export function openGuardedTarget(guarded: GuardedEngine, options: TargetOptions): Target {
  const { ref, paths, capabilities } = guarded;
  const parts = createParts(guarded, options);
  const { driver, store, lintContext } = parts;
  const loadScan = atFirstUse(() => import('./scan.ts'));
  const loadOperations = atFirstUse(async () =>
    (await import('./operations.ts')).guardedOperations(parts, options),
  );
  const disposers = new Disposers();
  return {
    ref,
    id: targetId(ref),
    capabilities,
    product: () => Promise.resolve(null),
    paths,
    driver,
    lintContext,
    settings: {
      ...store,
      watch: (listener) => disposers.add(store.watch(listener)),
      watchPolicy: (listener) => disposers.add(store.watchPolicy(listener)),
      watchHistory: (listener) => disposers.add(store.watchHistory(listener)),
    },
    lastVerification: () => readVerification(paths),
    watchVerification: (listener) => disposers.add(watchFiles([paths.verification], listener)),
    scan: async (call) => (await loadScan()).scanEngine(parts, call),
    backendReports: async () => (await loadOperations()).backendReports(),
    images: async () => (await loadOperations()).images(),
    remove: async (request, call) => (await loadOperations()).remove(request, call),
    verify: async (signal) => (await loadOperations()).verify(signal),
    planRecreate: async (request) => (await loadOperations()).planRecreate(request),
    startRecreate: async (request, onEvent) => (await loadOperations()).startRecreate(request, onEvent),
    settleRecreate: async () => (await loadOperations()).settleRecreate(),
    plan: async (text, choices) => (await loadOperations()).plan(text, choices),
    startApply: async (request, onEvent) => (await loadOperations()).startApply(request, onEvent),
    resume: async (onEvent) => (await loadOperations()).resume(onEvent),
    dispose: () => {
      disposers.dispose();
    },
  };
}

function createParts(
  { paths, capabilities, createDriver }: GuardedEngine,
  options: TargetOptions,
): EngineParts {
  return {
    paths,
    capabilities,
    driver: options.driver ?? createDriver(options.bulkheadCommand),
    store: createSettingsStore(paths, {
      preferences: true,
      ...(options.elevationMissing === undefined ? {} : { elevationMissing: options.elevationMissing }),
    }),
    lintContext: {
      settingsFormat: capabilities.settingsFormat,
      platform: process.platform,
      home: os.homedir(),
      // At first use: with the hash in the name of one.
      get engineDirectories() {
        return [...paths.directories];
      },
      socketPath: paths.clientSocket,
      packageInstalled: isPackageInstalled(),
    },
  };
}
