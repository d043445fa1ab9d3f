import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { optionsOfRoot } from '../engine/base/root-options.ts';
import type { ExplainedRequest, Explanation, Finding } from '../shared/explain/explanation.ts';
import { decisionTexts } from '../shared/audit/decision-text.ts';
import { routeOfSetting } from '../shared/desktop/deep-link.ts';
import { setEngineOptions } from '../shared/messages/engine-options.ts';
import { refusalPrefix } from '../shared/policy/decision.ts';
import { err, fail, ok, withHint, type AppError, type Result } from '../shared/result.ts';
import { padColumns } from './columns.ts';
import { printable, printError, printResult, withJson, withRoot } from './output.ts';
import { listText, text, translate, translateSentence } from './text.ts';
import { message } from '../shared/messages/message.ts';
import { explainedSettings, type SettingsChoice } from './explain-settings.ts';
import { isStandardInput, readStandardInput, standardInputName } from './standard-input.ts';
import { withExistingTarget, withTarget, type RootOptions } from './target.ts';
import { helpText } from './help.ts';

interface ExplainOptions extends RootOptions, SettingsChoice {
  readonly imageTrusted?: boolean;
  readonly compose?: string;
}

/**
 * `bulkhead explain docker run …`, or without `docker`: what would happen, rule by rule; nothing is executed.
 * Exit code 0 allowed, 1 denied, 2 unusable arguments.
 */
export function configureExplain(command: Command): void {
  withJson(withRoot(command))
    .option('--compose <file>', helpText('cli-help.explain-compose'))
    .option('--settings <file>', helpText('cli-help.explain-settings'))
    .option('--draft', helpText('cli-help.explain-draft'))
    .option('--image-trusted', helpText('cli-help.explain-image-trusted'))
    .action((commandLine: string[], options: ExplainOptions) =>
      // Given settings can be tried where there is no engine yet.
      (options.settings === undefined ? withExistingTarget : withTarget)(options, async (target) => {
        if (isStandardInput(options.settings) && isStandardInput(options.compose)) {
          const hint = message('cli.give-one-as-file');
          printError(fail('input.unusable', message('cli.stdin-twice'), { hint }).error, options);
          return;
        }
        const args = commandLine[0] === 'docker' ? commandLine.slice(1) : commandLine;
        const engine = await target.driver.status();
        const decidedBy = await explainedSettings(target, engine, options);
        if (!decidedBy.ok) {
          printError(decidedBy.error, options);
          return;
        }
        const compose = options.compose === undefined ? null : await composeText(options.compose, args);
        if (compose !== null && !compose.ok) {
          printError(compose.error, options);
          return;
        }
        const { findReachableEngine } = await import('../gateway/explain/reachable-engine.ts');
        const paths = { ...target.paths, clientSocket: engine.socket };
        // The gateway's denials name their engine, also if it is the default one.
        if (target.capabilities.enforcedByGateway) setEngineOptions(optionsOfRoot(paths.root));
        const context = {
          settings: decidedBy.value.settings,
          engineSocket: await findReachableEngine(paths),
          clientSocket: paths.clientSocket,
          engineSockets: [paths.engineSocket, paths.clientSocket],
          engineDirectories: paths.directories,
          stateDirectory: paths.root,
          assumeImageTrusted: options.imageTrusted === true,
          workingDirectory: path.resolve('.'),
        };
        const explained =
          compose === null
            ? await (await import('../gateway/explain/explain.ts')).explainCommand({ ...context, args })
            : await (
                await import('../gateway/explain/explain-compose.ts')
              ).explainCompose({ ...context, ...compose.value, environment: variables() });
        const { enforcement, remarks } = decidedBy.value;
        const reported = explained.ok ? ok({ ...explained.value, enforcement }) : explained;
        printResult(reported, {
          json: options.json,
          human: (explanation) =>
            [...remarks.map(translateSentence), describeExplanation(explanation)].join('\n'),
          failed: (explanation) => explanation.outcome === 'deny' || explanation.outcome === 'undecided',
        });
      }),
    );
}

const maxComposeBytes = 4 * 1024 * 1024;

async function composeText(
  file: string,
  args: readonly string[],
): Promise<Result<{ readonly text: string; readonly projectDirectory: string }, AppError>> {
  if (args.length > 0)
    return fail('input.unusable', message('cli.compose-file-and-command'), {
      hint: message('cli.give-one-option'),
    });
  const compose = isStandardInput(file) ? await readStandardInput(maxComposeBytes + 1) : await bytesOf(file);
  // Not the code of an unreadable settings file.
  if (!compose.ok)
    return err(withHint({ ...compose.error, code: 'input.unusable' }, message('cli.give-compose-file')));
  return compose.value.length > maxComposeBytes
    ? fail(
        'input.unusable',
        message('cli.compose-file-too-large', {
          file: isStandardInput(file) ? standardInputName : file,
        }),
      )
    : ok({
        text: compose.value.toString('utf8'),
        projectDirectory: isStandardInput(file) ? path.resolve('.') : path.dirname(path.resolve(file)),
      });
}

async function bytesOf(file: string): Promise<Result<Buffer, AppError>> {
  try {
    return ok(await readFile(path.resolve(file)));
  } catch (error) {
    return fail('input.unusable', message('cli.file-unreadable', { file }), { cause: error });
  }
}

const variables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** A refusal without its beginning; every change of a rewrite is a sentence of its own. */
const findingText = (finding: Finding): string =>
  finding.outcome === 'missing'
    ? translate(finding.message, finding.sentences?.what)
    : decisionTexts({ ...finding, outcome: finding.outcome }, translateSentence)
        .join('; ')
        .replace(refusalPrefix, '');

/** One line per finding, then the conclusion. */
export function describeExplanation(explanation: Explanation): string {
  const { requests, notes, missingFacts, missingFactSentences, leftOut, clientOutput } = explanation;
  const lines = requests.flatMap((request) => [headOf(request), ...describeFindings(request)]);
  if (missingFacts.length > 0)
    lines.push(
      text('cli-explain.facts-missing', {
        facts: listText(missingFacts.map((fact, index) => translate(fact, missingFactSentences?.[index]))),
      }),
    );
  if (notes.includes('image-assumed')) lines.push(text('cli-explain.image-assumed'));
  if (notes.includes('compose-environment') && clientOutput !== '')
    lines.push(...clientOutput.split('\n').map((line) => `Compose: ${line}`));
  if (notes.includes('joined-owner')) lines.push(text('cli-explain.joined-owner'));
  if (leftOut.length > 0) lines.push(text('cli-explain.not-checked', { items: listText(leftOut) }));
  if (notes.includes('compose-stopped')) lines.push(text('cli-explain.compose-stopped'));
  if (notes.includes('build-calls') || notes.includes('compose-build'))
    lines.push(text('cli-explain.build-decided-later'));
  return [...lines, conclusion(explanation), ...whereToChange(explanation)].map(printable).join('\n');
}

/** The fields of the app that edit the setting behind the denial. */
function whereToChange({ requests, eci }: Explanation): string[] {
  const settings = eci
    ? requests.flatMap(({ findings }) =>
        findings.flatMap(({ outcome, setting }) =>
          (outcome === 'deny' || outcome === 'would-deny') && setting !== null ? [setting] : [],
        ),
      )
    : [];
  return [...new Set(settings)].flatMap((setting) => {
    const route = routeOfSetting(setting);
    return route === null ? [] : [text('cli-explain.setting-in-app', { route })];
  });
}

/** For a Compose file: the purpose of the request. */
function headOf({ method, target, kind, service, name }: ExplainedRequest): string {
  if (service !== undefined)
    return text(kind === 'build' ? 'cli-explain.build-of-service' : 'cli-explain.service', { name: service });
  return name !== undefined && (kind === 'network' || kind === 'volume')
    ? text(`cli-explain.${kind}`, { name })
    : `${method} ${target}`;
}

function describeFindings({ findings }: ExplainedRequest): string[] {
  const line = (outcome: Finding['outcome'], what: string) =>
    `  ${padColumns(text(`cli-explain.outcome-${outcome}`), 11)}${what}`;
  if (findings.length === 0) return [line('allow', text('cli-explain.as-it-is'))];
  return findings.map((finding) => {
    const rule = [finding.rule, finding.spec].filter((part) => part !== '').join(' ');
    return line(finding.outcome, `${rule === '' ? '' : `${rule}: `}${findingText(finding)}`);
  });
}

function conclusion({ eci, outcome, notes, requests }: Explanation): string {
  const later = text(
    notes.includes('later-requests') && outcome !== 'deny'
      ? 'cli-explain.later-requests'
      : 'cli-explain.nothing-run',
  );
  if (!eci) return `${text('cli-explain.eci-off')}${later}`;
  switch (outcome) {
    case 'allow':
      return requests.length === 0
        ? text('cli-explain.reads-only')
        : `${text('cli-explain.allowed')}${later}`;
    case 'rewrite':
      return `${text('cli-explain.rewritten')}${later}`;
    case 'would-deny':
      return `${text('cli-explain.would-deny')}${later}`;
    case 'undecided':
      return `${text('cli-explain.undecided')}${later}`;
    case 'deny':
      return `${text('cli-explain.denied')}${later}`;
  }
}
