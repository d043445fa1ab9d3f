import { fail, ok } from '../../../shared/result.ts';
import { parseTargetId, rootOf } from '../../../shared/targets/target-id.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { message } from '../../../shared/messages/message.ts';
import type { HandlerContext } from './context.ts';

type TargetHandlers = Pick<Handlers, 'targets:list' | 'target:switch'>;

/** The list of engines, and opening another one. */
export const targetHandlers = ({ sessions, users }: HandlerContext): TargetHandlers => ({
  'targets:list': async () => {
    const { discoverTargets } = await import('../../../engine/targets/discover.ts');
    const open = rootOf((await sessions).target.ref);
    const roots = users.knownTargets().flatMap((id) => {
      const ref = parseTargetId(id);
      const root = ref === null ? null : rootOf(ref);
      return root === null ? [] : [{ root, always: false }];
    });
    return ok(
      await discoverTargets({
        roots: [...(open === null ? [] : [{ root: open, always: true }]), ...roots],
      }),
    );
  },
  'target:switch': async ({ id }) => {
    const ref = parseTargetId(id);
    if (ref === null) return fail('input.unusable', message('cli.is-not-id-of-engine', { target: id }));
    return sessions.switchTo(ref);
  },
});
