import os from 'node:os';
import type { RootPaths } from '../../engine/base/root-paths.ts';
import { resolveBindSource, sharedDirectories } from '../../gateway/enforce/bind-sources.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import { decideBindSource } from '../../shared/policy/index.ts';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import { refusalMessage } from '../../shared/policy/decision.ts';

/**
 * Whether the gateway would allow a bind mount of `requested` under `settings`. Uses the gateway's own code,
 * as the app's user. Code `eci-off`: nothing is checked then; `default-device`: it may be mounted without a
 * share.
 */
export async function wouldMount(
  requested: string,
  settings: EffectiveSettings,
  paths: RootPaths,
  home = os.homedir(),
): Promise<IpcOutput<'paths:would-mount'>> {
  const facts = await resolveBindSource(requested, {
    engineSockets: [paths.clientSocket, paths.engineSocket, paths.plannerSocket, paths.controlSocket],
    engineDirectories: paths.directories,
    shares: sharedDirectories(settings, home),
  });
  const real = facts.real ?? requested;
  if (!settings.eci.value)
    return {
      allowed: true,
      code: 'eci-off',
      real,
      share: facts.share,
      denial: null,
    };
  // No image: the query is about the directory. A socket is never a shared directory.
  const decision = decideBindSource(facts, { image: '' });
  if (decision.outcome === 'deny')
    return {
      allowed: false,
      code: decision.rule,
      real,
      share: facts.share,
      denial: refusalMessage(decision),
    };
  if (facts.share === null && facts.isDefaultDevice)
    return {
      allowed: true,
      code: 'default-device',
      real,
      share: null,
      denial: null,
    };
  return {
    allowed: true,
    code: 'allowed',
    real,
    share: facts.share,
    denial: null,
  };
}
