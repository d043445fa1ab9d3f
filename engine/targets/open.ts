import { homedir } from 'node:os';
import { machineSocket, type TargetRef } from '../../shared/targets/target-id.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { invokingUser, findUser } from '../base/docker-client-as.ts';
import { openTarget } from './embedded/target.ts';
import type { Target, TargetOptions } from '../target.ts';
import { thisHost, type DesktopHost } from './docker-desktop/host.ts';
import { openDesktopTarget } from './docker-desktop/target.ts';
import { message } from '../../shared/messages/message.ts';
import { openMachineTarget } from './docker-engine/target.ts';
import { isSystemInstalled, openSystemTarget } from './system/target.ts';

export interface OpenOptions extends TargetOptions {
  /** Replaces the machine that Docker Desktop runs on, for tests. */
  readonly desktopHost?: DesktopHost;
}

/** Opens the engine of `ref`, of any kind. Starts nothing. */
export async function openTargetRef(ref: TargetRef, options: OpenOptions): Promise<Result<Target, AppError>> {
  switch (ref.kind) {
    case 'embedded':
      return ok(openTarget(ref.root, options));
    case 'system':
      // Without a gateway in front it is read-only.
      return ok(
        (await isSystemInstalled()) ? await openSystemTarget(options) : openMachineTarget(machineSocket),
      );
    case 'docker-engine':
      return ok(openMachineTarget(ref.socket));
    case 'docker-desktop': {
      const host =
        options.desktopHost === undefined ? await hostOf(options.sessionUser) : ok(options.desktopHost);
      return host.ok ? ok(openDesktopTarget(host.value, options)) : host;
    }
  }
}

/** This machine, with the user whose Docker Desktop it is, if that is not the user of this process. */
async function hostOf(sessionUser: string | undefined): Promise<Result<DesktopHost, AppError>> {
  const requested = process.getuid?.() === 0 ? (sessionUser ?? invokingUser()) : null;
  let user: { readonly uid: number; readonly name: string; readonly home: string } | null = null;
  if (requested !== null && requested !== '0') {
    const known = await findUser(requested);
    if (!known.ok) return known;
    user = { uid: known.value.uid, name: known.value.name, home: known.value.home ?? homedir() };
  }
  const host = thisHost(user);
  return host === null
    ? fail('input.unusable', message('engine.there-is-no-docker-desktop-for', { platform: process.platform }))
    : ok(host);
}
