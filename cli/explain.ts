import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { ExplainedRequest, Explanation, Finding } from '../shared/explain/explanation.ts';
import { routeOfSetting } from '../shared/desktop/deep-link.ts';
import { refusalPrefix } from '../shared/rules/texts.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { printable, printError, printResult, translate, withJson, withRoot } from './output.ts';
import { message } from '../shared/messages/message.ts';
import { textToApply, withTarget, type RootOptions } from './target.ts';

interface ExplainOptions extends RootOptions {
  readonly settings?: string;
  readonly draft?: boolean;
  readonly imageTrusted?: boolean;
  readonly compose?: string;
}

/**
 * `bulkhead explain -- run …`: what would happen, rule by rule; nothing is run. Exit code 0 allowed, 1
 * denied, 2 unusable arguments.
 */
export function registerExplain(program: Command): void {
  withJson(
    withRoot(
      program
        .command('explain [docker-arguments...]')
        .description(
          'say what would become of a docker command or a compose file, rule by rule; nothing is run: bulkhead explain -- run --privileged -v /etc:/x alpine',
        ),
    ),
  )
    .option(
      '--compose <file>',
      'of every service of a compose file, in the place of a command; - for standard input',
    )
    .option('--settings <file>', 'by these settings, not the applied ones')
    .option('--draft', 'by the draft')
    .option(
      '--image-trusted',
      'take it that the image is one that may have the Docker socket; no registry is asked',
    )
    .action((args: string[], options: ExplainOptions) =>
      withTarget(options, async (target) => {
        const state = await target.settings.read();
        const file = options.settings === undefined ? null : await textToApply(target, options.settings);
        if (file !== null && !file.ok) {
          printError(file.error, options);
          return;
        }
        if (file === null && state.readError !== null) {
          printError(state.readError, options);
          return;
        }
        const { effectiveSettings } = await import('../shared/settings/index.ts');
        const settings =
          file === null
            ? effectiveSettings(options.draft === true ? state.draft : state.applied, {
                exists: options.draft !== true && state.exists,
              })
            : effectiveSettings(file.value, { exists: true });
        if (!settings.ok) {
          printError(settings.error, options);
          return;
        }
        const compose = options.compose === undefined ? null : await composeText(options.compose, args);
        if (compose !== null && !compose.ok) {
          printError(compose.error, options);
          return;
        }
        const { engineToAsk } = await import('../gateway/explain/engine-to-ask.ts');
        const paths = { ...target.paths, clientSocket: (await target.driver.status()).socket };
        const setting = {
          settings: settings.value,
          engineSocket: await engineToAsk(paths),
          clientSocket: paths.clientSocket,
          engineSockets: [paths.engineSocket, paths.clientSocket],
          engineDirectories: [paths.root, paths.data, paths.run],
          stateDirectory: paths.root,
          assumeImageTrusted: options.imageTrusted === true,
          workingDirectory: path.resolve('.'),
        };
        const explained =
          compose === null
            ? await (await import('../gateway/explain/explain.ts')).explainCommand({ ...setting, args })
            : await (
                await import('../gateway/explain/explain-compose.ts')
              ).explainCompose({ ...setting, ...compose.value, environment: variables() });
        printResult(explained, {
          json: options.json,
          human: describeExplanation,
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
    return fail('input.unusable', message('cli.compose-file-takes-place-of-command'), {
      hint: message('cli.give-one-of-two'),
    });
  try {
    const text = await readFile(file === '-' ? '/dev/stdin' : path.resolve(file), 'utf8');
    return text.length > maxComposeBytes
      ? fail('input.unusable', message('cli.is-too-large-for-compose-file', { file }))
      : ok({ text, projectDirectory: file === '-' ? path.resolve('.') : path.dirname(path.resolve(file)) });
  } catch (error) {
    return fail('input.unusable', message('cli.cannot-be-read', { file }), { cause: error });
  }
}

const variables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** One line a finding, then the conclusion. */
/** A refusal without its beginning; every change of a rewrite told by itself. */
const findingText = ({ outcome, message }: Finding): string =>
  outcome === 'rewrite'
    ? message
        .split(/; (?=[\w.]+: ")/)
        .map(translate)
        .join('; ')
    : translate(message).replace(refusalPrefix, '');

export function describeExplanation(explanation: Explanation): string {
  const lines = explanation.requests.flatMap((request) => [headOf(request), ...describeFindings(request)]);
  if (explanation.missingFacts.length > 0)
    lines.push(`No engine could be asked; taken for absent: ${explanation.missingFacts.join(', ')}.`);
  if (explanation.notes.includes('image-assumed'))
    lines.push('The image was taken for one that may have the Docker socket.');
  if (explanation.notes.includes('compose-environment') && explanation.clientWords !== '')
    lines.push(...explanation.clientWords.split('\n').map((line) => `Compose: ${line}`));
  if (explanation.leftOut.length > 0) lines.push(`Not looked at: ${explanation.leftOut.join(', ')}.`);
  if (explanation.notes.includes('compose-stopped'))
    lines.push('Compose stopped before the end: what comes after was not decided.');
  if (explanation.notes.includes('build-calls') || explanation.notes.includes('compose-build'))
    lines.push('What a Dockerfile asks for (RUN --network, --security) is decided while BuildKit builds.');
  return [...lines, conclusion(explanation), ...whereToChange(explanation)].map(printable).join('\n');
}

/** The fields of the app that edit what denied. */
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
    return route === null ? [] : [`The setting, in the app: bulkhead app --route ${route}`];
  });
}

/** Of a compose file: what it is for. */
function headOf({ method, target, kind, service, name }: ExplainedRequest): string {
  if (service !== undefined) return `${kind === 'build' ? 'build of service' : 'service'} ${service}`;
  return name !== undefined && (kind === 'network' || kind === 'volume')
    ? `${kind} ${name}`
    : `${method} ${target}`;
}

const words: Readonly<Record<Finding['outcome'], string>> = {
  allow: 'allowed',
  rewrite: 'rewritten',
  deny: 'denied',
  'would-deny': 'logged',
  missing: 'undecided',
};

function describeFindings(request: ExplainedRequest): string[] {
  if (request.findings.length === 0) return ['  allowed    as it is'];
  return request.findings.map((finding) => {
    const rule = [finding.rule, finding.spec].filter((part) => part !== '').join(' ');
    return `  ${words[finding.outcome].padEnd(11)}${rule === '' ? '' : `${rule}: `}${findingText(finding)}`;
  });
}

function conclusion(explanation: Explanation): string {
  const later =
    explanation.notes.includes('later-requests') && explanation.outcome !== 'deny'
      ? ' Nothing was run; what the command would ask for next is not known.'
      : ' Nothing was run.';
  if (!explanation.eci) return `Allowed: Enhanced Container Isolation is off.${later}`;
  switch (explanation.outcome) {
    case 'allow':
      return explanation.requests.length === 0 ? 'Allowed: it only reads.' : `Allowed.${later}`;
    case 'rewrite':
      return `Allowed, rewritten as shown.${later}`;
    case 'would-deny':
      return `Let through and logged: audit mode refuses nothing; "enforce" would deny it.${later}`;
    case 'undecided':
      return `Not decided: what it names is not there.${later}`;
    case 'deny':
      return `Denied.${later}`;
  }
}
