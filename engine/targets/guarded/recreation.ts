import type { ApplyPlan, ContainerChoices } from '../../../shared/apply/plan.ts';
import { isRunning } from '../../../shared/containers/protection.ts';
import { blockedIds } from '../../../shared/containers/recreate-blocked.ts';
import type { RecreatePlan } from '../../../shared/containers/recreate.ts';
import { ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import { withRecreation } from '../../apply/plan.ts';
import { settingsInForce } from '../../apply/plan-facts.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import {
  dockerClientAs,
  effectiveCaller,
  recordedUser,
  findUser,
  type EffectiveCaller,
} from '../../base/docker-client-as.ts';
import { dockerClient } from '../../base/docker-client.ts';
import { planChosen, recreateChosen } from '../../recreate/recreate-chosen.ts';
import type { RecreatePorts } from '../../recreate/recreate-ports.ts';
import type { OpenedEngine } from './opened-engine.ts';

/** How long a recreated container without a health check must run to count as healthy, ms. */
const recreateGraceMs = 10_000;

interface Requester {
  /**
   * The user who requests the new containers, whoever created the old ones; null: the creator of each old
   * one.
   */
  readonly requester: EffectiveCaller | null;
  /** Used if the creator of the old one is unknown. */
  readonly otherwise: EffectiveCaller;
  /** Settings that will be in force by then, if they differ from the applied ones. */
  readonly coming?: EffectiveSettings | undefined;
}

/** What recreating containers of this engine needs. */
export function recreatePorts(
  engine: OpenedEngine,
  { requester, otherwise, coming }: Requester,
): RecreatePorts {
  const { paths, isRoot } = engine;
  const { recreatePolicy } = engine.options;
  return {
    paths,
    userFor: async (oldId) => requester ?? (await recordedUser(paths, oldId)) ?? otherwise,
    clients: (user) => dockerClientAs(paths.clientSocket, user),
    engine: dockerClient(isRoot ? paths.engineSocket : paths.clientSocket),
    graceMs: recreateGraceMs,
    protection: async () => {
      const settings = await engine.settingsInForce();
      return { eci: settings.eci.value, runtimeName: engine.isolation(settings).runtimeName };
    },
    ...(recreatePolicy === undefined
      ? {}
      : {
          refused: async (those) =>
            recreatePolicy({
              settings: coming ?? (await engine.settingsInForce()),
              paths,
              requested: those,
            }),
        }),
  };
}

/** Performs `work` as the named user (only root may name one), else as the caller. */
export async function recreateAs<T>(
  engine: OpenedEngine,
  as: string | undefined,
  work: (ports: RecreatePorts) => Promise<Result<T, AppError>>,
  coming?: EffectiveSettings,
): Promise<Result<T, AppError>> {
  const user =
    engine.isRoot && as !== undefined
      ? await findUser(as)
      : ok(await effectiveCaller(engine.options.sessionUser));
  if (!user.ok) return user;
  const requester = as === undefined ? null : user.value;
  return work(recreatePorts(engine, { requester, otherwise: user.value, coming }));
}

/** Recreates the chosen containers of an apply, as the user who applies. */
export const recreateForApply =
  (engine: OpenedEngine): NonNullable<ApplyPorts['recreate']> =>
  async (chosen, onEvent) => {
    const user = await findUser(chosen.effectiveCaller);
    if (!user.ok) return user;
    const ports = recreatePorts(engine, { requester: null, otherwise: user.value });
    return recreateChosen(ports, () => engine.scan(), chosen, onEvent);
  };

/**
 * The plan with the predicted consequences of recreating the chosen containers. `make`: the plan if those
 * containers can't be recreated.
 */
export async function previewRecreation(
  engine: OpenedEngine,
  make: (blocked?: ReadonlySet<string>) => ApplyPlan,
  text: string,
  choices: ContainerChoices,
): Promise<ApplyPlan> {
  const plan = make();
  const recreation = await chosenRecreation(engine, plan, text, choices.commit === true);
  return recreation === null ? plan : withRecreation(make(blockedIds(recreation)), recreation);
}

/**
 * A container that disappeared meanwhile, or an engine that does not respond, must not make the plan fail:
 * null then.
 */
async function chosenRecreation(
  engine: OpenedEngine,
  plan: ApplyPlan,
  text: string,
  commit: boolean,
): Promise<RecreatePlan | null> {
  const containers = plan.unprotected
    .filter(({ id }) => plan.recreate.includes(id))
    .map((container) => ({ id: container.id, name: container.name, ran: isRunning(container) }));
  if (containers.length === 0) return null;
  const settings = settingsInForce({ exists: true, text, hash: '' });
  const { runtimeName } = engine.isolation(settings);
  const result = await recreateAs(
    engine,
    undefined,
    (recreate) => planChosen(recreate, { containers, commit, runtimeName, restart: plan.restartNeeded }),
    settings,
  );
  return result.ok ? result.value : null;
}
