import path from 'node:path';
import { app } from 'electron';
import * as z from 'zod';
import { desktopLabels } from '../../shared/desktop/labels.ts';
import { languageOfEnvironment } from '../../shared/language.ts';
import { parseRoute, hashOf, type DeepLink } from '../../shared/desktop/deep-link.ts';
import type { TargetRef } from '../../shared/targets/target-id.ts';
import { targetRefSchema } from '../../shared/targets/target-ref.ts';

/**
 * One app per user: a second start shows the first one's window and ends. An engine or a place requested with
 * it is opened in that window. Returns the directory of the user's own store, or null when this process must
 * end.
 */
export function claimInstance(
  target: TargetRef | null,
  place: DeepLink | null,
  onSecond: (target: TargetRef | null, place: DeepLink | null) => void,
): string | null {
  app.setName('Bulkhead');
  const base = app.commandLine.hasSwitch('user-data-dir')
    ? app.getPath('userData')
    : path.join(app.getPath('appData'), 'Bulkhead');
  // Chromium's profile, next to our own files.
  app.setPath('userData', path.join(base, 'profile'));
  if (!app.requestSingleInstanceLock({ target, route: place === null ? null : hashOf(place).slice(1) })) {
    // Read in a terminal: in its language, as the command line.
    console.error(desktopLabels('system', languageOfEnvironment(process.env)).alreadyOpen);
    app.quit();
    return null;
  }
  app.on('second-instance', (_event, _argv, _cwd, data: unknown) => {
    // The second instance's arguments are untrusted: validated as strictly as a command line.
    const parsed = z
      .object({ target: targetRefSchema.nullable().catch(null), route: z.string().nullable().catch(null) })
      .safeParse(data);
    onSecond(
      parsed.success ? parsed.data.target : null,
      parsed.success && parsed.data.route !== null ? parseRoute(parsed.data.route) : null,
    );
  });
  return base;
}
