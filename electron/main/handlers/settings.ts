import { ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/answer.ts';
import type { HandlerContext } from './index.ts';

type Area = Pick<Handlers, 'settings:set-draft' | 'settings:discard-draft' | 'settings:resolve-conflict' | 'settings:prefer' | 'history:list' | 'history:read'>;

/** The draft: its text, what becomes of it, and conflicts with the file; and the versions there were. */
export const settingsHandlers = ({ session }: HandlerContext): Area => ({
  'settings:set-draft': async ({ text }) => ok(await (await session).draft.edit(text)),
  'settings:discard-draft': async () => (await session).draft.discard(),
  'settings:resolve-conflict': async ({ keep }) => (await session).draft.resolve(keep),
  'settings:prefer': async ({ setting, value }) => {
    const s = await session;
    const done = await s.target.settings.prefer(setting, value);
    return done.ok ? ok(await s.draft.refresh()) : done;
  },
  'history:list': async () => (await session).target.settings.historyItems(),
  'history:read': async ({ version }) => {
    const read = await (await session).target.settings.historyText(version);
    return read.ok ? ok({ text: read.value }) : read;
  },
});
