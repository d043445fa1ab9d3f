import type { InstallPlan } from '../../../shared/install/plan.ts';
import { createBackends } from '../../backends/create-backends.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { giveBackFiles } from './install-files.ts';
import type { PlannedInstall } from './install-plan.ts';
import type { InstallJournal } from './install-record.ts';
import {
  checkEngine,
  checkGateway,
  inOrder,
  replaceGateway,
  type InstallStep,
  type Outcome,
} from './install-steps.ts';
import { runServiceJob } from './service-jobs.ts';
import { ownUnits } from './unit-names.ts';

type Planned = Pick<PlannedInstall, 'changesEngine' | 'plan'>;

/** The plan where the engine is not restarted if the gateway is in front of it already. Pure. */
export function withoutRestart<T extends Planned>(planned: T): T {
  const { plan } = planned;
  if (!plan.installed) return planned;
  return {
    ...planned,
    changesEngine: false,
    plan: { ...plan, restartsEngine: false, stops: [], restarts: [], stopsUnknown: false },
  };
}

/** Whether the engine's configuration changes, and it is not restarted for that: `chosen` is done. Pure. */
export const appliesLater = (planned: InstallPlan, chosen: InstallPlan): boolean =>
  chosen.installed &&
  !chosen.restartsEngine &&
  (planned.restartsEngine || chosen.files.some(({ change }) => change === 'merge'));

/** The step of a roll back, what it means, and what runs afterwards. */
interface RollBackDescription {
  readonly step: InstallStep;
  readonly what: 'system.install-rolled-back' | 'system.upgrade-rolled-back';
  readonly hint:
    'system.plain-engine-runs' | 'system.previous-version-runs' | 'system.engine-was-not-touched';
}

/** How a failed installation or upgrade is rolled back. Pure. */
export function describeRollBack({
  changesEngine,
  wasInstalled,
}: Pick<PlannedInstall, 'changesEngine'> & Pick<InstallJournal, 'wasInstalled'>): RollBackDescription {
  const step = wasInstalled ? 'roll-back-upgrade' : 'roll-back';
  if (!changesEngine)
    return { step, what: 'system.upgrade-rolled-back', hint: 'system.engine-was-not-touched' };
  return {
    step,
    what: 'system.install-rolled-back',
    hint: wasInstalled ? 'system.previous-version-runs' : 'system.plain-engine-runs',
  };
}

/** Whether clients are served: by an engine that was stopped before, only refusals of the gateway. */
export const checkServed = (paths: RootPaths, isEngineRunning: boolean): Promise<Outcome> =>
  isEngineRunning ? checkEngine(paths) : checkGateway(paths);

/**
 * For an upgrade: systemd keeps their sockets meanwhile, and containers keep the files of their lxcfs. The
 * gateway first: where its new version does not start, runtime and planner, which belong together, are not
 * touched.
 */
export const replaceServices = (paths: RootPaths, projectRoot: string): Promise<Outcome> =>
  inOrder([
    () => replaceGateway(),
    () => createBackends(projectRoot).exclusive.install(paths),
    () => runServiceJob(['restart', ownUnits.planner]),
  ]);

/**
 * After an upgrade that did not affect the engine: only the services get their former units back, while the
 * engine and its containers keep running. Running processes continue: usually the former gateway and planner.
 */
export async function rollBackServices(
  paths: RootPaths,
  journal: InstallJournal,
  isEngineRunning: boolean,
): Promise<Outcome> {
  const givenBack = await inOrder([
    () => giveBackFiles(paths, journal),
    () => runServiceJob(['start', ownUnits.planner]),
  ]);
  if (!givenBack.ok) return givenBack;
  const check = () => checkServed(paths, isEngineRunning);
  const served = await check();
  return served.ok ? served : inOrder([() => replaceGateway(), check]);
}
