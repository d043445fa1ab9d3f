import type { RootPaths } from '../engine/base/root-paths.ts';
import { ok, type AppError, type Result } from '../shared/result.ts';
import type { Finding } from '../shared/settings/index.ts';
import type { LintContext } from '../shared/settings/lint/index.ts';
import { printResult } from './output.ts';
import { isStandardInput, standardInputName } from './standard-input.ts';
import { readGivenFile } from './given-file.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { text, translate } from './text.ts';

interface LintReport {
  readonly path: string;
  readonly errors: number;
  readonly findings: readonly Finding[];
}

export interface LintOptions extends RootOptions {
  readonly registry?: boolean;
}

/** `bulkhead settings lint`: checks a file, or the draft. */
export async function lint(file: string | undefined, options: LintOptions): Promise<void> {
  const human = (report: LintReport & { settings: string }) =>
    describeFindings(report.path, report.settings, report.findings);
  const print = (result: Result<LintReport & { settings: string }, AppError>) => {
    if (options.json === true && result.ok) {
      const { settings: _settings, ...report } = result.value;
      printResult(ok(report), { json: true, human: () => '', failed: (value) => value.errors > 0 });
    } else printResult(result, { json: options.json, human, failed: (value) => value.errors > 0 });
  };
  const { lintSettings: lintText } = await import('../shared/settings/lint/index.ts');
  const lintSettings = async (
    settings: string,
    context: LintContext,
    engine?: Pick<RootPaths, 'engineSocket' | 'clientSocket'>,
  ) => {
    if (options.registry !== true) return lintText(settings, context);
    const { queryRegistries } = await import('./trust.ts');
    return lintText(settings, { ...context, registryAnswers: await queryRegistries(settings, engine) });
  };
  const report = (name: string, settings: string, findings: readonly Finding[]) =>
    ok({
      path: name,
      settings,
      findings,
      errors: findings.filter((finding) => finding.severity === 'error').length,
    });
  if (file === undefined) {
    await withExistingTarget(options, async (target) => {
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
  const read = await readGivenFile(file);
  if (!read.ok) {
    print(read);
    return;
  }
  const { homedir } = await import('node:os');
  print(
    report(
      isStandardInput(file) ? standardInputName : file,
      read.value,
      await lintSettings(read.value, {
        settingsFormat: 'engine',
        platform: process.platform,
        home: homedir(),
        exists: true,
      }),
    ),
  );
}

/** Findings in the format of compilers, with the line and a caret under the position. */
export function describeFindings(name: string, settings: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return text('cli-settings.no-findings', { file: name });
  const lines = settings.split(/\r\n|\r|\n/);
  const blocks = findings.map((finding) => {
    const { line, column } = finding.range;
    const head = text('cli-settings.finding', {
      place: `${name}:${line}:${column}`,
      severity: text(`cli-output.severity-${finding.severity}`),
      text: translate(finding.message, finding.sentence),
      code: finding.code,
    });
    const source = (lines[line - 1] ?? '').replace('\uFEFF', '');
    // Of long lines (minified files) only the part around the position is shown.
    const from = Math.max(0, column - 60);
    const shown = source.slice(from, from + 100).replaceAll('\t', ' ');
    const fix =
      finding.fix === undefined
        ? []
        : [`    ${text('cli-settings.fix', { title: translate(finding.fix.title, finding.fix.sentence) })}`];
    return [head, `    ${shown}`, `    ${' '.repeat(Math.max(0, column - 1 - from))}^`, ...fix].join('\n');
  });
  return [...blocks, sumOf(findings)].join('\n');
}

/** "2 errors, 1 note" */
function sumOf(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  return (['error', 'warning', 'note'] as const)
    .filter((severity) => count(severity) > 0)
    .map((severity) => text(`cli-settings.${severity}s`, { count: count(severity) }))
    .join(text('cli-settings.finding-separator'));
}
