import { judgeShare } from '../shares.ts';
import { message } from '../../messages/message.ts';
import type { Report } from './report.ts';

/** The directories that may be bind-mounted. */
export function lintShares(report: Report): void {
  const key = 'filesharingAllowedDirectories';
  const value = report.value([key]);
  if (Array.isArray(value) && value.length === 0) {
    report.add(
      'share-empty-list',
      report.ownEngine ? 'note' : 'warning',
      [key],
      report.ownEngine
        ? message('settings.no-shared-directories')
        : message('settings.empty-list-on-desktop'),
    );
  }
  report.list([key]).forEach((entry, index) => {
    if (typeof entry !== 'object' || entry === null) return;
    const path: unknown = (entry as Record<string, unknown>)['path']; // a JSON object
    if (typeof path !== 'string') return;
    const verdict = judgeShare(path, report.context);
    if (verdict.kind === 'dangerous') {
      report.add('share-dangerous', 'warning', [key, index, 'path'], verdict.message, {
        params: {
          path,
          danger: verdict.danger,
          ...(verdict.holds === undefined ? {} : { holds: verdict.holds }),
        },
      });
    } else if (verdict.kind === 'invalid') {
      report.add('share-invalid', 'warning', [key, index, 'path'], verdict.message, {
        params: { path, reason: verdict.reason },
      });
    }
  });
}
