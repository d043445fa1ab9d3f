import path from 'node:path';
import type { Command } from 'commander';
import type { RootPaths } from '../engine/base/root-paths.ts';
import type { Target } from '../engine/target.ts';
import type { SettingsState } from '../shared/ipc/contract.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { HistoryItem } from '../shared/settings/history.ts';
import type { Finding } from '../shared/settings/index.ts';
import type { DiffLine } from '../shared/settings/line-diff.ts';
import type { LintContext } from '../shared/settings/lint/index.ts';
import type { PreferenceOutcome } from '../shared/settings/preferences.ts';
import { printError, printResult, progress, translate, withJson, withRoot } from './output.ts';
import { message } from '../shared/messages/message.ts';
import { withTarget, type RootOptions } from './target.ts';

/**
 * `bulkhead settings lint | show | set | prefer | history | rollback | schema`. They edit the draft; only
 * `bulkhead apply` changes what is in force, and `prefer` what was left to users.
 */
export function registerSettings(program: Command): void {
  const settings = program.command('settings').description('read, check and edit admin-settings.json');

  withJson(
    withRoot(
      settings
        .command('lint [file]')
        .description('check a settings file (default: the draft); exit code 1 when it has errors'),
    ),
  )
    .option('--registry', 'also ask the registries of listed images whether they serve them')
    .action(async (file: string | undefined, options: LintOptions) => {
      await lint(file, options);
    });

  withJson(
    withRoot(
      settings
        .command('show')
        .description('print the settings: the draft, or with --applied what is in force'),
    ),
  )
    .option('--applied', 'the applied text, not the draft')
    .action((options: RootOptions & { applied?: boolean }) =>
      withTarget(options, async (target) => {
        const state = await target.settings.read();
        if (state.readError !== null) {
          printError(state.readError, options);
          return;
        }
        printResult(ok(state), {
          json: options.json,
          verbatim: true,
          human: (value) => (options.applied === true ? value.applied : value.draft).replace(/\n$/, ''),
        });
      }),
    );

  withJson(
    withRoot(
      settings
        .command('set <pointer> [value]')
        .description('set one value in the draft: a JSON pointer and a JSON value; or remove it'),
    ),
  )
    .option('--unset', 'remove it instead')
    .addHelpText(
      'after',
      translate(
        '\nA value that is no JSON is taken as a string. Examples:\n  bulkhead settings set /enhancedContainerIsolation/value true --root DIR\n  bulkhead settings set /bulkhead/existingContainers --unset --root DIR',
      ),
    )
    .action((pointer: string, value: string | undefined, options: SetOptions) =>
      withTarget(options, (target) => set(target, pointer, value, options)),
    );

  withJson(
    withRoot(
      settings
        .command('prefer <pointer> [value]')
        .description(
          'set your own preference where the administrator left a setting open (locked: false); counts at once',
        ),
    ),
  )
    .option('--clear', "have no preference: the administrator's default holds again")
    .addHelpText(
      'after',
      translate(
        '\nWhat can be preferred: /enhancedContainerIsolation/value false, /blockDockerLoad/value true|false. Examples:\n  bulkhead settings prefer /enhancedContainerIsolation/value false --root DIR\n  bulkhead settings prefer /enhancedContainerIsolation/value --clear --root DIR',
      ),
    )
    .action((pointer: string, value: string | undefined, options: RootOptions & { clear?: boolean }) =>
      withTarget(options, (target) => prefer(target, pointer, value, options)),
    );

  withJson(withRoot(settings.command('history').description('list applied versions, newest first'))).action(
    (options: RootOptions) =>
      withTarget(options, async (target) => {
        if (options.json === true)
          printResult(await target.settings.history(), { json: true, human: () => '' });
        else printResult(await target.settings.historyItems(), { json: false, human: describeHistory });
      }),
  );

  withJson(
    withRoot(
      settings
        .command('rollback <version>')
        .description('make an earlier version the draft (0: no settings file); apply it with bulkhead apply'),
    ),
  ).action((version: string, options: RootOptions) =>
    withTarget(options, async (target) => {
      if (!/^\d{1,9}$/.test(version)) {
        printError(
          {
            code: 'input.unusable',
            message: `"${version}" is not a version`,
            hint: 'Give a number from bulkhead settings history.',
          },
          options,
        );
        return;
      }
      printResult(await target.settings.rollback(Number(version)), {
        json: options.json,
        human: describeDraft,
      });
    }),
  );

  settings
    .command('schema')
    .description('print the JSON Schema of admin-settings.json, for editors; no engine is needed')
    .addHelpText(
      'after',
      translate(
        '\nKept beside the settings file, it lets editors complete and check the keys: write "$schema": "./FILE" there.',
      ),
    )
    .action(async () => {
      const { settingsJsonSchema } = await import('../shared/settings/schema/json-schema.ts');
      printResult(ok(settingsJsonSchema()), { json: true, human: () => '' });
    });
}

interface SetOptions extends RootOptions {
  readonly unset?: boolean;
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
  if ((value === undefined) !== (options.unset === true)) {
    printError(
      {
        code: 'input.unusable',
        message:
          value === undefined ? 'there is no value to set' : 'a value and --unset contradict each other',
        hint: 'Give either a value or --unset.',
      },
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
      {
        code: 'input.unusable',
        message: '"bulkhead" is never written for Docker Desktop',
        reason: 'nothing there reads it',
      },
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
  const kept = await target.settings.setDraft(edited.value);
  // What is wrong with this very value, or with a key on the way to it: now, not only when planning.
  const about = (finding: Finding) =>
    finding.pointer !== '' &&
    (`${pointer}/`.startsWith(`${finding.pointer}/`) || finding.pointer.startsWith(`${pointer}/`));
  const findings = kept.ok ? lintSettings(kept.value.draft, target.lintContext).filter(about) : [];
  for (const finding of findings) progress(`${finding.severity}: ${finding.pointer}: ${finding.message}`);
  printResult(kept, {
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
      {
        code: 'input.unusable',
        message: `${pointer} is no setting that users can have a preference about`,
        hint: `It goes for ${Object.values(preferencePointers).join(' and ')}.`,
      },
      options,
    );
    return;
  }
  if (
    (value === undefined) !== (options.clear === true) ||
    (value !== undefined && value !== 'true' && value !== 'false')
  ) {
    printError(
      {
        code: 'input.unusable',
        message: 'a preference is true or false, or --clear',
        hint: 'Give one of the three.',
      },
      options,
    );
    return;
  }
  const kept = await target.settings.prefer(name, value === undefined ? null : value === 'true');
  const state = kept.ok ? ok((await target.settings.read()).preference) : kept;
  printResult(state, {
    json: options.json,
    human: (now) => describePreference(pointer, now?.outcomes[name] ?? 'none'),
  });
}

export function describePreference(pointer: string, outcome: PreferenceOutcome): string {
  switch (outcome) {
    case 'none':
      return `No preference about ${pointer}: the administrator's default holds.`;
    case 'in-force':
      return `Your preference about ${pointer} is in force until you clear it or the administrator locks it.`;
    case 'same':
      return `Your preference about ${pointer} is kept; the administrator has it so anyway.`;
    case 'locked':
      return `Your preference about ${pointer} does not count: the administrator has locked it.`;
    case 'needs-restart':
      return `Your preference about ${pointer} does not count: only the administrator can turn it on.`;
  }
}

/** What an edit changed, as the lines of the text that differ. */
function describeEdit(
  diffLines: (before: string, after: string, context: number) => readonly (readonly DiffLine[])[],
  before: string,
  after: string,
): string {
  if (before === after) return 'The draft says so already: nothing changed.';
  return diffLines(before, after, 0)
    .flat()
    .map((line) => `${line.kind === 'added' ? '+' : '-'} ${line.text}`)
    .join('\n');
}

/** JSON where it is JSON, else the words as a string: `true` is a boolean, `deny` a string. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const describeDraft = (state: SettingsState): string =>
  state.draft === state.applied
    ? 'The draft is what is applied: there is nothing to apply.'
    : `The draft is kept. See what applying it would do: bulkhead plan${state.conflict ? '\nThe settings file was changed by another program since the draft was begun: look at both before applying.' : ''}`;

export function describeHistory(items: readonly HistoryItem[]): string {
  if (items.length === 0) return 'Nothing has been applied yet.';
  return items
    .map((item) => {
      const at = item.at === null ? ''.padEnd(23) : `${item.at.slice(0, 19).replace('T', ' ')} UTC`;
      const eci = item.eci === null ? '' : `ECI ${item.eci ? 'on' : 'off'}`;
      return `${item.current ? '*' : ' '}${String(item.version).padStart(4)}  ${at}  ${eci.padEnd(7)}  ${how(item)}${changesOf(item)}`.trimEnd();
    })
    .join('\n');
}

function how(item: HistoryItem): string {
  switch (item.how) {
    case 'apply':
      return `applied by ${item.user}`;
    case 'found':
      return 'found, written by another program';
    case 'none':
      return 'no settings file';
    case 'unrecorded':
      return 'the file as it is, changed by another program and not recorded yet';
    case 'unreadable':
      return `${item.problem?.message ?? 'unreadable'}: ${item.problem?.reason ?? ''}`;
  }
}

/** How many changes, and the first of them by pointer. */
function changesOf({ changes, changed }: HistoryItem): string {
  if (changes === null || changes === 0) return '';
  const more = changes > changed.length ? `, and ${changes - changed.length} more` : '';
  return `: ${changes} change${changes === 1 ? '' : 's'}: ${changed.map((change) => change.pointer || 'the whole document').join(', ')}${more}`;
}

interface LintReport {
  readonly path: string;
  readonly errors: number;
  readonly findings: readonly Finding[];
}

interface LintOptions extends RootOptions {
  readonly registry?: boolean;
}

async function lint(file: string | undefined, options: LintOptions): Promise<void> {
  const human = (report: LintReport & { text: string }) =>
    describeFindings(report.path, report.text, report.findings);
  const print = (result: Result<LintReport & { text: string }, AppError>) => {
    if (options.json === true && result.ok) {
      const { text: _text, ...report } = result.value;
      printResult(ok(report), { json: true, human: () => '', failed: (value) => value.errors > 0 });
    } else printResult(result, { json: options.json, human, failed: (value) => value.errors > 0 });
  };
  const { lintSettings: lintText } = await import('../shared/settings/lint/index.ts');
  const lintSettings = async (
    text: string,
    context: LintContext,
    engine?: Pick<RootPaths, 'engineSocket' | 'clientSocket'>,
  ) => {
    if (options.registry !== true) return lintText(text, context);
    const { askRegistries } = await import('./trust.ts');
    return lintText(text, { ...context, registryAnswers: await askRegistries(text, engine) });
  };
  const report = (name: string, text: string, findings: readonly Finding[]) =>
    ok({
      path: name,
      text,
      findings,
      errors: findings.filter((finding) => finding.severity === 'error').length,
    });
  if (file === undefined) {
    await withTarget(options, async (target) => {
      const state = await target.settings.read();
      print(
        state.readError !== null
          ? { ok: false, error: state.readError }
          : report(
              state.draft === state.applied ? target.paths.settings : target.paths.draft,
              state.draft,
              await lintSettings(
                state.draft,
                target.lintContext,
                options.registry === true
                  ? { ...target.paths, clientSocket: (await target.driver.status()).socket }
                  : undefined,
              ),
            ),
      );
    });
    return;
  }
  const { readSettings } = await import('../engine/base/files.ts');
  const read = await readSettings(path.resolve(file));
  if (!read.ok) {
    print(read);
    return;
  }
  if (!read.value.exists) {
    print(fail('input.unusable', message('cli.there-is-no-file', { file })));
    return;
  }
  const { homedir } = await import('node:os');
  print(
    report(
      file,
      read.value.text,
      await lintSettings(read.value.text, {
        settingsFormat: 'engine',
        platform: process.platform,
        home: homedir(),
        exists: true,
      }),
    ),
  );
}

/** Findings as compilers print them, with the line and a caret under the place. */
export function describeFindings(name: string, text: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${name}: nothing found.`;
  const lines = text.split(/\r\n|\r|\n/);
  const blocks = findings.map((finding) => {
    const { line, column } = finding.range;
    const head = `${name}:${line}:${column}: ${finding.severity}: ${finding.message} [${finding.code}]`;
    const source = (lines[line - 1] ?? '').replace('\uFEFF', '');
    // Long lines (minified files) are shown around the place only.
    const from = Math.max(0, column - 60);
    const shown = source.slice(from, from + 100).replaceAll('\t', ' ');
    const fix = finding.fix === undefined ? [] : [`    fix: ${finding.fix.title}`];
    return [head, `    ${shown}`, `    ${' '.repeat(Math.max(0, column - 1 - from))}^`, ...fix].join('\n');
  });
  const count = (severity: Finding['severity'], word: string) => {
    const n = findings.filter((finding) => finding.severity === severity).length;
    return n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`];
  };
  return [
    ...blocks,
    [...count('error', 'error'), ...count('warning', 'warning'), ...count('note', 'note')].join(', '),
  ].join('\n');
}
