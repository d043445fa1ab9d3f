import type { SettingsStore } from '../engine/store/settings-store.ts';
import { message, plainText, type Message } from '../shared/messages/message.ts';
import type { Translate } from '../shared/messages/translator.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { SettingsChange } from '../shared/settings/changes.ts';
import { printResult } from './output.ts';
import { withTarget, type RootOptions } from './target.ts';
import { text, translateSentence } from './text.ts';

/** A version's number as given on the command line; otherwise an error with this hint. */
export function parseVersion(
  given: string,
  hint: Message = message('cli-settings.see-history'),
): Result<number, AppError> {
  return /^\d{1,9}$/.test(given)
    ? ok(Number(given))
    : fail('input.unusable', message('cli-settings.not-a-version', { version: given }), { hint });
}

type Settings = Pick<SettingsStore, 'read' | 'historyText'>;

/** What `bulkhead settings diff --json` prints. */
interface SettingsDiff {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly SettingsChange[];
  /** Unified; '' if nothing differs. */
  readonly diff: string;
}

/** `bulkhead settings diff`: how two versions differ, or a version and what is applied or drafted. */
export async function printDiff(from: string, to: string | undefined, options: RootOptions): Promise<void> {
  const translate = options.json === true ? plainText : translateSentence;
  await withTarget(options, async (target) => {
    printResult(await compareTexts(target.settings, [from, to ?? 'applied'], translate), {
      json: options.json,
      human: ({ diff }) => (diff === '' ? text('cli-settings.no-difference') : diff.trimEnd()),
    });
  });
}

/** How two texts differ: each a version's number, "applied" or "draft"; `translate` labels the diff. */
export async function compareTexts(
  settings: Settings,
  [from, to]: readonly [from: string, to: string],
  translate: Translate,
): Promise<Result<SettingsDiff, AppError>> {
  const { diffSettings } = await import('../shared/settings/index.ts');
  const { unifiedDiff } = await import('../shared/settings/line-diff.ts');
  const before = await settingsText(settings, from);
  if (!before.ok) return before;
  const after = await settingsText(settings, to);
  if (!after.ok) return after;
  return ok({
    from,
    to,
    changes: diffSettings(before.value, after.value),
    diff: unifiedDiff(before.value, after.value, {
      before: translate(nameOf(from)),
      after: translate(nameOf(to)),
    }),
  });
}

const isCurrent = (name: string): name is 'applied' | 'draft' => name === 'applied' || name === 'draft';

const nameOf = (name: string): Message =>
  isCurrent(name) ? message(`cli-settings.${name}`) : message('cli-settings.version', { version: name });

/** The text of a version, '' if there was no file; or the applied text, or the draft. */
async function settingsText(settings: Settings, name: string): Promise<Result<string, AppError>> {
  if (isCurrent(name)) {
    const state = await settings.read();
    return state.readError === null ? ok(state[name]) : { ok: false, error: state.readError };
  }
  const version = parseVersion(name, message('cli-settings.see-history-or-current'));
  if (!version.ok) return version;
  const found = await settings.historyText(version.value);
  return found.ok ? ok(found.value ?? '') : found;
}
