import { homedir } from 'node:os';
import { machineSocket, type TargetRef } from '../../shared/targets/target-id.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { Target, TargetOptions } from '../target.ts';
import type { DesktopHost } from './docker-desktop/host.ts';
import { message } from '../../shared/messages/message.ts';

export interface OpenOptions extends TargetOptions {
  /** Replaces the machine that Docker Desktop runs on, for tests. */
  readonly desktopHost?: DesktopHost;
}

/** Opens the engine of `ref`, of any kind. Starts nothing. Loads the modules of its kind alone. */
export async function openTargetRef(ref: TargetRef, options: OpenOptions): Promise<Result<Target, AppError>> {
  switch (ref.kind) {
    case 'embedded':
      return ok((await import('./embedded/target.ts')).openTarget(ref.root, options));
    case 'system': {
      const { isSystemInstalled, openSystemTarget } = await import('./system/target.ts');
      // Without a gateway in front it is read-only.
      return (await isSystemInstalled()) ? ok(await openSystemTarget(options)) : openMachine(machineSocket);
    }
    case 'docker-engine':
      return openMachine(ref.socket);
    case 'docker-desktop': {
      const host =
        options.desktopHost === undefined ? await hostOf(options.sessionUser) : ok(options.desktopHost);
      if (!host.ok) return host;
      const { openDesktopTarget } = await import('./docker-desktop/target.ts');
      return ok(openDesktopTarget(host.value, options));
    }
  }
}

async function openMachine(socket: string): Promise<Result<Target, AppError>> {
  return ok((await import('./docker-engine/target.ts')).openMachineTarget(socket));
}

/** This machine, with the user whose Docker Desktop it is, if that is not the user of this process. */
async function hostOf(sessionUser: string | undefined): Promise<Result<DesktopHost, AppError>> {
  const [{ invokingUser, findUser }, { thisHost }] = await Promise.all([
    import('../base/docker-client-as.ts'),
    import('./docker-desktop/host.ts'),
  ]);
  const requested = process.getuid?.() === 0 ? (sessionUser ?? invokingUser()) : null;
  let user: { readonly uid: number; readonly name: string; readonly home: string } | null = null;
  if (requested !== null && requested !== '0') {
    const known = await findUser(requested);
    if (!known.ok) return known;
    user = { uid: known.value.uid, name: known.value.name, home: known.value.home ?? homedir() };
  }
  const host = thisHost(user);
  return host === null
    ? fail('input.unusable', message('engine.desktop-unsupported', { platform: process.platform }))
    : ok(host);
}
