import type { Command } from 'commander';
import type { SocketExplanation } from '../gateway/trust/ask-once.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EntryCheck } from '../shared/policy/image-trust.ts';
import type { EffectiveSettings } from '../shared/settings/index.ts';
import type { EntryDigest } from '../shared/settings/lint/index.ts';
import { printError, printResult, withJson, withRoot } from './output.ts';
import { message } from '../shared/messages/message.ts';
import { withTarget, type RootOptions } from './target.ts';

interface TrustOptions extends RootOptions {
  readonly draft?: boolean;
}

/**
 * `bulkhead trust IMAGE`: may this image have the Docker socket, and why (B2–B4)? Exit code 1 when it may
 * not.
 */
export function registerTrust(program: Command): void {
  withJson(
    withRoot(
      program
        .command('trust <image>')
        .description(
          'what the socket image list says about an image, with the digests compared; exit code 1 when it is not trusted',
        ),
    ),
  )
    .option('--draft', 'by the list of the draft, not the applied one')
    .action((image: string, options: TrustOptions) =>
      withTarget(options, async (target) => {
        const state = await target.settings.read();
        if (state.readError !== null) {
          printError(state.readError, options);
          return;
        }
        const { effectiveSettings } = await import('../shared/settings/index.ts');
        const settings = effectiveSettings(options.draft === true ? state.draft : state.applied);
        if (!settings.ok) {
          printError(settings.error, options);
          return;
        }
        const explained = await explain(image, settings.value.socket, {
          ...target.paths,
          clientSocket: (await target.driver.status()).socket,
        });
        printResult(explained, {
          json: options.json,
          human: (value) => describeTrust(image, value),
          failed: (value) => !value.verdict.trusted,
        });
      }),
    );
}

async function explain(
  image: string,
  socket: EffectiveSettings['socket'],
  paths: { readonly engineSocket: string; readonly clientSocket: string; readonly root: string },
): Promise<Result<SocketExplanation, AppError>> {
  const { explainImageTrust } = await import('../gateway/trust/ask-once.ts');
  const { EngineUnreachable } = await import('../gateway/engine-api/engine-facts.ts');
  try {
    return ok(
      await explainImageTrust(image, socket, {
        engineSocket: await engineSocketOf(paths),
        stateDirectory: paths.root,
      }),
    );
  } catch (error) {
    if (!(error instanceof EngineUnreachable)) throw error;
    return fail('engine.unreachable', message('cli.engine-could-not-be-asked-about-image'), {
      cause: error,
      hint: message('cli.start-it-bulkhead-engine-start'),
    });
  }
}

/**
 * What the registries answer for the entries of a settings text, by entry; for `settings lint --registry`.
 * Without an engine Docker's defaults for registries hold.
 */
export async function askRegistries(
  text: string,
  engine?: { readonly engineSocket: string; readonly clientSocket: string },
): Promise<ReadonlyMap<string, EntryDigest>> {
  const { effectiveSettings } = await import('../shared/settings/index.ts');
  const { askEntries } = await import('../gateway/trust/ask-once.ts');
  // A text that can't be read has findings enough.
  const settings = effectiveSettings(text.replace(/^\uFEFF/, ''));
  return settings.ok
    ? askEntries(settings.value.socket.images, engine === undefined ? null : await engineSocketOf(engine))
    : new Map();
}

async function engineSocketOf(paths: {
  readonly engineSocket: string;
  readonly clientSocket: string;
}): Promise<string> {
  const { engineToAsk } = await import('../gateway/explain/engine-to-ask.ts');
  return (await engineToAsk(paths)) ?? paths.clientSocket;
}

/** The verdict in a sentence, then what it rests on. */
export function describeTrust(image: string, explained: SocketExplanation): string {
  const { verdict } = explained;
  const head = verdict.trusted
    ? `${image} may have the Docker socket: ${verdict.derivedFrom === null ? `allowed by ${verdict.allowedBy}` : `built from ${verdict.derivedFrom}, which ${verdict.allowedBy} allows`}.`
    : `${image} may not have the Docker socket (${verdict.reason}): ${verdict.detail}.`;
  const local = explained.image;
  const about =
    local === null
      ? []
      : [
          `  image    ${local.id}, ${local.layers.length} layer${local.layers.length === 1 ? '' : 's'}, ${local.store === 'graph' ? 'graph driver' : 'containerd'} store`,
          ...local.digests.map(
            (digest) =>
              `  digest   ${digest}${local.store === 'graph' ? '' : ' (a name; the id is what counts)'}`,
          ),
        ];
  const { list } = explained;
  const lists =
    list === null
      ? []
      : [
          `  commands by ${[list, ...list.undecided].map(({ setting }) => setting).join(' and ')}${list.undecided.length === 0 ? '' : " (all of them: which one is the image's could not be told)"}`,
        ];
  return [
    head,
    ...lists,
    ...about,
    ...explained.checks.map((check) => `  entry    ${describeCheck(check)}`),
    ...explained.bases.flatMap((base) => [
      `  base     ${base.name} (${base.id})`,
      ...base.checks.map((check) => `    entry  ${describeCheck(check)}`),
    ]),
  ].join('\n');
}

function describeCheck(check: EntryCheck): string {
  const asked =
    check.question === null
      ? 'no registry needed'
      : `asked ${check.question.domain}/${check.question.path} for ${check.question.reference}`;
  const { answer } = check;
  const said =
    answer === null
      ? ''
      : answer.kind === 'served'
        ? `: serves ${answer.digest}${answer.children === null || answer.children.length === 0 ? '' : ` (an index of ${answer.children.length})`}, ${Math.floor(answer.ageMs / 1000)} s ago${answer.lastKnown === null ? '' : `; last known, because ${answer.lastKnown}`}`
        : answer.kind === 'absent'
          ? ': has none'
          : `: ${answer.why}`;
  return `${check.entry}: ${check.outcome}; local ${check.local}; ${asked}${said}`;
}
