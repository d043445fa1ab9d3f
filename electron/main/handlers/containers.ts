import type { Handlers } from '../ipc/register.ts';
import { refuseDuringApply } from '../session.ts';
import type { HandlerContext } from './index.ts';

type Area = Pick<Handlers, 'containers:scan' | 'containers:remove' | 'images:list'>;

export const containerHandlers = ({ session }: HandlerContext): Area => ({
  'containers:scan': async () => (await session).scan(),
  'containers:remove': async (request) => {
    const s = await session;
    const free = refuseDuringApply(s.state.get());
    if (!free.ok) return free;
    const result = await s.target.remove(request);
    await s.scan();
    return result;
  },
  'images:list': async () => (await session).target.images(),
});
