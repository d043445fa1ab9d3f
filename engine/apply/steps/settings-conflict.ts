import { message } from '../../../shared/messages/message.ts';
import { fail, type Result } from '../../../shared/result.ts';

/** The file differs from the one the plan was made against. */
export function settingsConflict(path: string): Result<never> {
  return fail('settings.conflict', message('apply.settings-file-changed'), {
    hint: message('apply.check-changes'),
    params: { path },
  });
}
