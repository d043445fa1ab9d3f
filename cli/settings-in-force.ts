import { readRecordedText } from '../engine/store/settings-in-force.ts';
import type { Target } from '../engine/target.ts';
import type { Enforcement } from '../shared/enforcement/enforcement.ts';
import type { SettingsState } from '../shared/ipc/app-state.ts';
import { message } from '../shared/messages/message.ts';
import { err, fail, isAccessDenied, ok, type AppError, type Result } from '../shared/result.ts';
import { alarmError, alarmLines, readEnforcement } from './enforcement-text.ts';
import { printError, printResult, progress } from './output.ts';
import type { RootOptions } from './target.ts';

/**
 * `bulkhead settings show --applied`: the settings in force, or those of the next start if nothing runs. They
 * are not those of a file that was deleted or cannot be used; stderr has what is wrong with it then.
 */
export async function printInForce(target: Target, options: RootOptions): Promise<void> {
  const state = await target.settings.read();
  if (state.readError !== null && isAccessDenied(state.readError)) {
    printError(state.readError, options);
    return;
  }
  const enforcement = await readEnforcement(target, await target.driver.status());
  const text = await textInForce(target, state, enforcement);
  if (text.ok && options.json !== true) alarmLines(enforcement).forEach(progress);
  printResult(text.ok ? ok({ ...state, inForce: text.value }) : text, {
    json: options.json,
    human: ({ inForce }) => inForce.replace(/\n$/, ''),
  });
}

/** The text in force; '' without a settings file. */
async function textInForce(
  { paths }: Target,
  { applied }: SettingsState,
  enforcement: Enforcement,
): Promise<Result<string, AppError>> {
  const { by, now, nextStart, difference } = enforcement;
  if (difference === null) return ok(applied);
  const { source, hash, version } = by === 'nothing' ? nextStart : now;
  const text =
    source === 'retained' && hash !== null ? await readRecordedText(paths, { hash, version }) : null;
  if (text !== null) return ok(text);
  if (source === 'none') return ok('');
  // Locked down, or unknown: there is no text.
  const alarm = source === 'retained' ? null : alarmError(enforcement);
  return alarm === null
    ? fail('rights.not-root', message('cli-settings.text-hidden'), { hint: message('cli.run-as-root') })
    : err(alarm);
}
