import os from 'node:os';
import type { RootPaths } from '../../engine/base/root-paths.ts';
import { resolveBindSource, sharedDirectories } from '../../gateway/enforce/bind-sources.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import { decideBindSource } from '../../shared/policy/index.ts';
import { ok, type AppError, type Result } from '../../shared/result.ts';
import { effectiveSettings } from '../../shared/settings/index.ts';
import { refusalMessage } from '../../shared/policy/decision.ts';
import { referenceTo } from '../../shared/messages/message.ts';

/**
 * Whether the gateway would allow a bind mount of `requested` under the settings `text` ('' = no file). Uses
 * the gateway's own code, as the app's user. Fails with settings.* when the text is not a policy. Code
 * `eci-off`: nothing is checked then.
 */
export async function wouldMount(
  requested: string,
  text: string,
  paths: RootPaths,
  home = os.homedir(),
): Promise<Result<IpcOutput<'paths:would-mount'>, AppError>> {
  const settings = effectiveSettings(text);
  if (!settings.ok) return settings;
  const facts = await resolveBindSource(requested, {
    engineSockets: [paths.clientSocket, paths.engineSocket, paths.plannerSocket, paths.controlSocket],
    engineDirectories: [paths.root, paths.data, paths.run],
    shares: sharedDirectories(settings.value, home),
  });
  const real = facts.real ?? requested;
  if (!settings.value.eci.value)
    return ok({
      allowed: true,
      code: 'eci-off',
      real,
      share: facts.share,
      reason: 'ECI is off: no mount is checked',
    });
  // No image: the query is about the directory. A socket is never a shared directory.
  const decision = decideBindSource(facts, { image: '' });
  if (decision.outcome === 'deny') {
    const refusal = refusalMessage(decision);
    return ok({
      allowed: false,
      code: decision.rule,
      real,
      share: facts.share,
      reason: refusal.text,
      sentence: referenceTo(refusal),
    });
  }
  return ok({
    allowed: true,
    code: 'allowed',
    real,
    share: facts.share,
    reason: facts.exists
      ? `it is in the shared directory ${facts.share ?? ''}`
      : `it does not exist yet, and is in the shared directory ${facts.share ?? ''}`,
  });
}
