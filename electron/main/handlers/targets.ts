import { fail, ok } from '../../../shared/result.ts';
import { parseTargetId, rootOf } from '../../../shared/targets/target-id.ts';
import { canForget, type DiscoveredTarget } from '../../../shared/targets/target.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { message } from '../../../shared/messages/message.ts';
import type { HandlerContext } from './context.ts';

type TargetHandlers = Pick<
  Handlers,
  'targets:list' | 'targets:forget' | 'targets:remember' | 'target:switch'
>;

/** The list of engines, and opening another one. */
export const targetHandlers = (context: Pick<HandlerContext, 'sessions' | 'users'>): TargetHandlers => ({
  'targets:list': async () => ok(await listedEngines(context)),
  'targets:forget': async ({ id }) => {
    const engine = (await listedEngines(context)).find((one) => one.id === id);
    if (engine !== undefined && !canForget(engine, (await context.sessions).target.id)) {
      return fail('input.unusable', message('app.engine-not-forgotten'), {
        reason: message('app.engine-in-use'),
      });
    }
    context.users.forgetTarget(id);
    return ok(undefined);
  },
  'targets:remember': ({ id }) => {
    context.users.rememberTarget(id);
    return Promise.resolve(ok(undefined));
  },
  'target:switch': async ({ id }) => {
    const ref = parseTargetId(id);
    if (ref === null) return fail('input.unusable', message('cli.target-unknown', { target: id }));
    return context.sessions.switchTo(ref);
  },
});

/** The engines that are found, without those that the user removed from the list and that do not run. */
async function listedEngines({
  sessions,
  users,
}: Pick<HandlerContext, 'sessions' | 'users'>): Promise<DiscoveredTarget[]> {
  const { discoverTargets } = await import('../../../engine/targets/discover.ts');
  const open = (await sessions).target;
  const openRoot = rootOf(open.ref);
  const roots = users.knownTargets().flatMap((id) => {
    const ref = parseTargetId(id);
    const root = ref === null ? null : rootOf(ref);
    return root === null ? [] : [{ root, always: false }];
  });
  const found = await discoverTargets({
    roots: [...(openRoot === null ? [] : [{ root: openRoot, always: true }]), ...roots],
  });
  // An engine that was started since is listed again, even if it was forgotten.
  for (const target of found) if (!canForget(target, open.id)) users.rememberTarget(target.id);
  const forgotten = users.forgottenTargets();
  return found.filter((target) => !forgotten.includes(target.id));
}
