import { dialog } from 'electron';
import { writeFileAtomic } from '../../../engine/base/files.ts';
import { ok } from '../../../shared/result.ts';
import { entriesOf, exportText } from '../../session/activity/export.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { sendEvent } from '../ipc/send.ts';
import type { Session } from '../../session/session.ts';
import type { HandlerContext } from './context.ts';

type ActivityHandlers = Pick<
  Handlers,
  'activity:read' | 'activity:leave' | 'activity:seen' | 'activity:export'
>;

/** The proposed name of an export's file. */
const exportName = (isFiltered: boolean, at: Date): string =>
  `bulkhead-activity-${isFiltered ? 'filtered-' : ''}${at.toISOString().slice(0, 10)}.jsonl`;

/** The decision log, for a window that reads it. Entries are sent only while it does. */
export function activityHandlers({ users, window }: HandlerContext): ActivityHandlers {
  let reading: { readonly session: Session; readonly stop: () => void } | null = null;
  const leave = () => {
    reading?.stop();
    reading = null;
  };
  return {
    'activity:read': ({ before, limit }, session) => {
      if (reading?.session !== session) {
        leave();
        reading = {
          session,
          stop: session.activity.onBatch(({ entries, left, history }) => {
            if (!history)
              sendEvent(window(), 'activity', {
                target: session.target.id,
                entries: [...entries],
                left,
              });
          }),
        };
      }
      const { entries, more } = session.activity.page(before, limit);
      return ok({ target: session.target.id, entries: [...entries], more });
    },
    'activity:leave': () => {
      leave();
      return ok(undefined);
    },
    'activity:seen': (_input, session) => {
      users.setSeenDenials(session.target.paths.id, session.activity.markSeen());
      return ok(undefined);
    },
    'activity:export': async ({ entries: requested, isFiltered }, session) => {
      const w = window();
      const options = {
        defaultPath: exportName(isFiltered, new Date()),
        filters: [{ name: 'JSON Lines', extensions: ['jsonl'] }],
      };
      const picked =
        w === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(w, options);
      if (picked.canceled || picked.filePath === '') return ok(null);
      const entries = entriesOf(session.activity, new Set(requested));
      // Like the support bundle: paths, images and users are for the user who exported them.
      const written = await writeFileAtomic(picked.filePath, exportText(entries), { mode: 0o600 });
      return written.ok ? ok({ path: picked.filePath, count: entries.length }) : written;
    },
  };
}
