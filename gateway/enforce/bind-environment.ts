import { type BindSourceEnvironment, homeProblem, sharedDirectories } from './bind-sources.ts';
import { homeOf } from './home-directory.ts';
import type { InspectionContext } from './inspection-context.ts';
import { callerName } from '../turns/turns.ts';
import { callerOf } from './own-sockets.ts';
import { rootAccount } from './remote-lookups.ts';

/** The sockets and directories that bind sources are compared with, for the caller of the request. */
export async function bindSourceEnvironment(context: InspectionContext): Promise<BindSourceEnvironment> {
  const uid = callerOf(context);
  const home = uid === null ? null : await homeOf(uid);
  const { sockets } = context;
  const shareProblem = homeProblem(context.settings, uid, home);
  return {
    ...(shareProblem === undefined ? {} : { shareProblem }),
    caller: uid,
    account: accountOf(context),
    engineSockets: context.engineSockets,
    engineDirectories: context.engineDirectories,
    shares: sharedDirectories(context.settings, home),
    dockerSockets: context.clientSocket === undefined ? [] : [context.clientSocket],
    socketMount: (real) => sockets?.mounts.idAt(real) ?? null,
    mountSockets: () => sockets?.mounts.list().map(({ socket }) => socket) ?? [],
  };
}

/** Who is charged for processes that look up files: a user by any id; for a container, its creator. */
export function accountOf(context: InspectionContext): string {
  const uid = callerOf(context);
  if (uid === 0) return rootAccount;
  return context.client === null ? callerName(context.request) : `user ${uid ?? 'unknown'}`;
}
