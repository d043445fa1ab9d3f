import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { fail, ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { appFiles } from '../window/places.ts';
import { message } from '../../../shared/messages/message.ts';
import type { HandlerContext } from './context.ts';

type DesktopHandlers = Pick<Handlers, 'first-run:set' | 'desktop:start-at-login' | 'app:licences'>;
const licencesSchema = z.array(
  z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }),
);

/** The surroundings of the window, and the components of the app. */
export const desktopHandlers = ({ users, desktop }: HandlerContext): DesktopHandlers => ({
  'first-run:set': ({ step }, session) => {
    users.setFirstRun(session.target.id, step);
    session.state.set({ firstRun: step });
    return ok(undefined);
  },
  'desktop:start-at-login': ({ on }) => desktop.setStartAtLogin(on),
  'app:licences': async () => {
    const file = path.join(appFiles(), 'dist', 'licences.json');
    try {
      return ok(licencesSchema.parse(JSON.parse(await readFile(file, 'utf8'))));
    } catch (cause) {
      return fail('internal', message('app.licences-unreadable'), {
        cause,
        hint: message('app.licences-file', { file }),
      });
    }
  },
});
