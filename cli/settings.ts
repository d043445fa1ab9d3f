import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import { isFileUnreadable, isReplaceable } from '../shared/enforcement/enforcement.ts';
import type { SettingsState } from '../shared/ipc/app-state.ts';
import { fail, ok } from '../shared/result.ts';
import type { Finding } from '../shared/settings/index.ts';
import type { DiffLine } from '../shared/settings/line-diff.ts';
import type { PreferenceOutcome } from '../shared/settings/preferences.ts';
import { printError, printResult, progress, withJson, withRoot } from './output.ts';
import { message } from '../shared/messages/message.ts';
import { withExistingTarget, withTarget, type RootOptions } from './target.ts';
import { helpText } from './help.ts';
import { printHistory } from './history-list.ts';
import { parseVersion, printDiff } from './settings-diff.ts';
import { withListFormat } from './list-options.ts';
import { lint, type LintOptions } from './lint.ts';
import { about, text, translate } from './text.ts';

const setExamples = `  bulkhead settings set /enhancedContainerIsolation/value true --root DIR
  bulkhead settings set /bulkhead/existingContainers --unset --root DIR`;
const diffExamples = `  bulkhead settings diff 3 5 --root DIR
  bulkhead settings diff 3 draft --root DIR`;
const preferExamples = `  bulkhead settings prefer /enhancedContainerIsolation/value false --root DIR
  bulkhead settings prefer /enhancedContainerIsolation/value --clear --root DIR`;

/**
 * `bulkhead settings lint | show | set | prefer | history | diff | rollback | discard | schema`. They edit
 * the draft; only `bulkhead apply` changes what is in force, and `prefer` unlocked settings for users.
 */
export function configureSettings(settings: Command): void {
  withJson(withRoot(settings.command('lint [file]').description(helpText('cli-help.settings-lint'))))
    .option('--registry', helpText('cli-help.settings-registry'))
    .action(async (file: string | undefined, options: LintOptions) => {
      await lint(file, options);
    });

  withJson(withRoot(settings.command('show').description(helpText('cli-help.settings-show'))))
    .option('--applied', helpText('cli-help.settings-applied'))
    .action((options: RootOptions & { applied?: boolean }) =>
      withExistingTarget(options, async (target) => {
        if (options.applied === true) {
          await (await import('./settings-in-force.ts')).printInForce(target, options);
          return;
        }
        const state = await target.settings.read();
        if (state.readError !== null) {
          printError(state.readError, options);
          return;
        }
        printResult(ok(state), {
          json: options.json,
          human: ({ draft }) => draft.replace(/\n$/, ''),
        });
      }),
    );

  withJson(withRoot(settings.command('set <pointer> [value]').description(helpText('cli-help.settings-set'))))
    .option('--unset', helpText('cli-help.settings-unset'))
    .option('--force', helpText('cli-help.settings-force'))
    .addHelpText('after', () => text('cli-help.settings-set-examples', { examples: setExamples }))
    .action((pointer: string, value: string | undefined, options: SetOptions) =>
      withTarget(options, (target) => set(target, pointer, value, options)),
    );

  withJson(
    withRoot(settings.command('prefer <pointer> [value]').description(helpText('cli-help.settings-prefer'))),
  )
    .option('--clear', helpText('cli-help.settings-clear'))
    .addHelpText('after', () => text('cli-help.settings-prefer-examples', { examples: preferExamples }))
    .action((pointer: string, value: string | undefined, options: RootOptions & { clear?: boolean }) =>
      withTarget(options, (target) => prefer(target, pointer, value, options)),
    );

  const history = settings.command('history').description(helpText('cli-help.settings-history'));
  withListFormat(withJson(withRoot(history)), String.raw`{{.Version}}\t{{.User}}`).action(printHistory);

  withJson(
    withRoot(settings.command('diff <version> [other]').description(helpText('cli-help.settings-diff'))),
  )
    .addHelpText('after', () => text('cli-help.settings-diff-examples', { examples: diffExamples }))
    .action(printDiff);

  configureDraft(settings);

  settings
    .command('schema')
    .description(helpText('cli-help.settings-schema'))
    .addHelpText('after', () => text('cli-help.settings-schema-use'))
    .action(async () => {
      const { settingsJsonSchema } = await import('../shared/settings/schema/json-schema.ts');
      printResult(ok(settingsJsonSchema()), { json: true, human: () => '' });
    });
}

/** `bulkhead settings rollback | discard`: they replace the draft as a whole. */
function configureDraft(settings: Command): void {
  withJson(
    withRoot(settings.command('rollback <version>').description(helpText('cli-help.settings-rollback'))),
  ).action((given: string, options: RootOptions) =>
    withTarget(options, async (target) => {
      const version = parseVersion(given);
      if (!version.ok) {
        printError(version.error, options);
        return;
      }
      const state = await target.settings.read();
      // It would not be replaced: the roll back could not be applied.
      if (state.readError !== null && isFileUnreadable(state) && !isReplaceable(state)) {
        printError(state.readError, options);
        return;
      }
      printResult(await target.settings.rollback(version.value), {
        json: options.json,
        human: describeDraft,
      });
    }),
  );

  withJson(withRoot(settings.command('discard').description(helpText('cli-help.settings-discard')))).action(
    (options: RootOptions) =>
      withTarget(options, async (target) => {
        printResult(await target.settings.discardDraft(), { json: options.json, human: describeDraft });
      }),
  );
}

interface SetOptions extends RootOptions {
  readonly unset?: boolean;
  readonly force?: boolean;
}

async function set(
  target: Target,
  pointer: string,
  value: string | undefined,
  options: SetOptions,
): Promise<void> {
  const { editSettings, parsePointer } = await import('../shared/settings/index.ts');
  const { diffLines } = await import('../shared/settings/line-diff.ts');
  const { lintSettings } = await import('../shared/settings/lint/index.ts');
  const { setRefusal } = await import('./set-refusal.ts');
  if ((value === undefined) !== (options.unset === true)) {
    printError(
      fail(
        'input.unusable',
        message(value === undefined ? 'cli-settings.no-value' : 'cli-settings.value-and-unset'),
        { hint: message('cli-settings.give-value-or-unset') },
      ).error,
      options,
    );
    return;
  }
  const place = parsePointer(pointer);
  if (!place.ok) {
    printError({ ...place.error, code: 'input.unusable' }, options);
    return;
  }
  if (
    target.capabilities.settingsFormat === 'desktop' &&
    place.value[0] === 'bulkhead' &&
    value !== undefined
  ) {
    printError(
      fail('input.unusable', message('cli-settings.not-for-desktop'), {
        reason: message('cli-settings.not-read-there'),
      }).error,
      options,
    );
    return;
  }
  const state = await target.settings.read();
  if (state.readError !== null) {
    printError(state.readError, options);
    return;
  }
  const edited = editSettings(state.draft, place.value, value === undefined ? undefined : valueOf(value));
  if (!edited.ok) {
    printError(edited.error, options);
    return;
  }
  // Problems of this very value, or of a key on the path to it: reported now, not only when planning.
  const concerned = (finding: Finding) =>
    finding.pointer !== '' &&
    (`${pointer}/`.startsWith(`${finding.pointer}/`) || finding.pointer.startsWith(`${pointer}/`));
  const findings = lintSettings(edited.value, target.lintContext).filter(concerned);
  const refusal = value === undefined || options.force === true ? null : setRefusal(pointer, findings);
  if (refusal !== null) {
    printError(refusal, options);
    return;
  }
  const stored = await target.settings.setDraft(edited.value);
  for (const finding of stored.ok ? findings : []) {
    const severity = text(`cli-output.severity-${finding.severity}`);
    progress(about(severity, about(finding.pointer, translate(finding.message, finding.sentence))));
  }
  printResult(stored, {
    json: options.json,
    human: (now) => `${describeEdit(diffLines, state.draft, now.draft)}\n${describeDraft(now)}`,
  });
}

async function prefer(
  target: Target,
  pointer: string,
  value: string | undefined,
  options: RootOptions & { readonly clear?: boolean },
): Promise<void> {
  const { preferenceNames, preferencePointers } = await import('../shared/settings/preferences.ts');
  const name = preferenceNames.find((one) => preferencePointers[one] === pointer);
  if (name === undefined) {
    printError(
      fail('input.unusable', message('cli-settings.no-preference', { pointer }), {
        hint: message('cli-settings.preferences-are', {
          pointers: Object.values(preferencePointers).join(' and '),
        }),
      }).error,
      options,
    );
    return;
  }
  if (
    (value === undefined) !== (options.clear === true) ||
    (value !== undefined && value !== 'true' && value !== 'false')
  ) {
    printError(
      fail('input.unusable', message('cli-settings.not-a-preference'), {
        hint: message('cli-settings.give-one-of-three'),
      }).error,
      options,
    );
    return;
  }
  const stored = await target.settings.prefer(name, value === undefined ? null : value === 'true');
  const state = stored.ok ? ok((await target.settings.read()).preference) : stored;
  printResult(state, {
    json: options.json,
    human: (now) => describePreference(pointer, now?.outcomes[name] ?? 'none'),
  });
}

const describePreference = (pointer: string, outcome: PreferenceOutcome): string =>
  text(`cli-settings.preference-${outcome}`, { pointer });

/** The changes of an edit, as the lines of the text that differ. */
function describeEdit(
  diffLines: (before: string, after: string, context: number) => readonly (readonly DiffLine[])[],
  before: string,
  after: string,
): string {
  if (before === after) return text('cli-settings.edit-changes-nothing');
  return diffLines(before, after, 0)
    .flat()
    .map((line) => `${line.kind === 'added' ? '+' : '-'} ${line.text}`)
    .join('\n');
}

/** JSON if valid, else the text as a string: `true` is a boolean, `deny` a string. */
function valueOf(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

function describeDraft(state: SettingsState): string {
  if (state.draft === state.applied) return text('cli-settings.draft-is-applied');
  const storedText = text('cli-settings.draft-kept');
  return state.conflict ? `${storedText}\n${text('cli-settings.draft-conflict')}` : storedText;
}
