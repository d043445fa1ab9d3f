import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import type { SocketExplanation } from '../gateway/trust/one-shot-queries.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { EntryCheck, RegistryResult } from '../shared/policy/image-trust-facts.ts';
import type { EffectiveSettings } from '../shared/settings/index.ts';
import type { EntryDigest } from '../shared/settings/lint/index.ts';
import { printError, printResult, withJson, withRoot } from './output.ts';
import { startHint } from '../engine/base/engine-command.ts';
import { message } from '../shared/messages/message.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { labelled } from './columns.ts';
import { helpText } from './help.ts';
import { listFormatOf, renderList, type ListDefinition } from './list.ts';
import { withResultFormat } from './list-options.ts';
import type { ListOptions } from './list-format.ts';
import { text, translate } from './text.ts';

interface TrustOptions extends RootOptions, ListOptions {
  readonly draft?: boolean;
}

/**
 * `bulkhead trust IMAGE`: whether this image may have the Docker socket, and why (B2–B4). Exit code 1 when it
 * may not.
 */
export function configureTrust(command: Command): void {
  withResultFormat(withJson(withRoot(command)), '{{.Trusted}}')
    .option('--draft', helpText('cli-help.trust-draft'))
    .action(async (image: string, options: TrustOptions) => {
      const record = trustRecord(image);
      const format = listFormatOf(record, options);
      if (!format.ok) {
        printError(format.error, options);
        return;
      }
      await withExistingTarget(options, (target) =>
        printTrust(target, image, options, (value) =>
          format.value.kind === 'default' ? null : renderList([value], record, format.value),
        ),
      );
    });
}

/** The fields of `bulkhead trust`. */
const trustRecord = (image: string): ListDefinition<SocketExplanation> => ({
  fields: {
    Image: { head: () => text('cli-list.image'), value: () => image },
    ID: { head: () => text('cli-list.id'), value: (explained) => explained.image?.id ?? '' },
    Trusted: { head: () => text('cli-list.trusted'), value: ({ verdict }) => String(verdict.trusted) },
    Reason: {
      head: () => text('cli-list.reason'),
      value: ({ verdict }) => (verdict.trusted ? '' : verdict.reason),
    },
    Detail: {
      head: () => text('cli-list.message'),
      value: ({ verdict }) => (verdict.trusted ? '' : verdict.detail),
      display: ({ verdict }) => (verdict.trusted ? '' : translate(verdict.detail, verdict.sentence)),
    },
    AllowedBy: {
      head: () => text('cli-list.allowed-by'),
      value: ({ verdict }) => (verdict.trusted ? verdict.allowedBy : ''),
    },
    BuiltFrom: {
      head: () => text('cli-list.built-from'),
      value: ({ verdict }) => (verdict.trusted ? (verdict.derivedFrom ?? '') : ''),
    },
  },
  columns: ['Image', 'Trusted', 'AllowedBy', 'Reason'],
});

/** Prints whether an image may have the socket; `formatted` is what `--format` and `--quiet` make of it. */
async function printTrust(
  target: Target,
  image: string,
  options: TrustOptions,
  formatted: (value: SocketExplanation) => string | null,
): Promise<void> {
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
  const { socket } = settings.value;
  const explained = await explain(image, socket, {
    ...target.paths,
    clientSocket: (await target.driver.status()).socket,
  });
  printResult(explained, {
    json: options.json,
    human: (value) =>
      formatted(value) ??
      (socket.images.length === 0
        ? `${describeTrust(image, value)}\n  ${text('cli-plan.no-socket-images')}`
        : describeTrust(image, value)),
    failed: (value) => !value.verdict.trusted,
  });
}

async function explain(
  image: string,
  socket: EffectiveSettings['socket'],
  paths: { readonly engineSocket: string; readonly clientSocket: string; readonly root: string },
): Promise<Result<SocketExplanation, AppError>> {
  const { explainImageTrust } = await import('../gateway/trust/one-shot-queries.ts');
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
    return fail('engine.unreachable', message('cli.image-query-failed'), {
      cause: error,
      hint: startHint(paths.clientSocket),
    });
  }
}

/**
 * The registries' results for the entries of a settings text, by entry; for `settings lint --registry`.
 * Without an engine Docker's defaults for registries apply.
 */
export async function queryRegistries(
  text: string,
  engine?: { readonly engineSocket: string; readonly clientSocket: string },
): Promise<ReadonlyMap<string, EntryDigest>> {
  const { effectiveSettings } = await import('../shared/settings/index.ts');
  const { queryEntries } = await import('../gateway/trust/one-shot-queries.ts');
  // An unreadable text has enough findings.
  const settings = effectiveSettings(text.replace(/^\uFEFF/, ''));
  return settings.ok
    ? queryEntries(settings.value.socket.images, engine === undefined ? null : await engineSocketOf(engine))
    : new Map();
}

async function engineSocketOf(paths: {
  readonly engineSocket: string;
  readonly clientSocket: string;
}): Promise<string> {
  const { findReachableEngine } = await import('../gateway/explain/reachable-engine.ts');
  return (await findReachableEngine(paths)) ?? paths.clientSocket;
}

/** The verdict in a sentence, then its reasons. */
function describeTrust(
  image: string,
  { verdict, image: local, list, checks, bases }: SocketExplanation,
): string {
  const fact = (label: string, value: string) => labelled(label, 9, value);
  const entry = text('cli-explain.entry');
  return [
    verdictText(image, verdict),
    ...(list === null ? [] : [`  ${commandsText(list)}`]),
    ...(list?.unusedListOfName == null
      ? []
      : [`  ${text('cli-explain.list-of-name-unused', { image: list.unusedListOfName })}`]),
    ...(local === null
      ? []
      : [
          fact(text('cli-explain.image'), imageText(local)),
          ...local.digests.map((digest) => fact(text('cli-explain.digest'), digestText(digest, local.store))),
        ]),
    ...checks.map((check) => fact(entry, describeCheck(check))),
    ...bases.flatMap((base) => [
      fact(text('cli-explain.base'), `${base.name} (${base.id})`),
      ...base.checks.map((check) => `  ${labelled(entry, 7, describeCheck(check))}`),
    ]),
  ].join('\n');
}

function verdictText(image: string, verdict: SocketExplanation['verdict']): string {
  if (!verdict.trusted)
    return text('cli-explain.not-trusted', {
      image,
      code: verdict.reason,
      reason: translate(verdict.detail, verdict.sentence),
    });
  const { allowedBy, derivedFrom } = verdict;
  return text('cli-explain.trusted', {
    image,
    reason:
      derivedFrom === null
        ? text('cli-explain.allowed-by', { entry: allowedBy })
        : text('cli-explain.built-from', { base: derivedFrom, entry: allowedBy }),
  });
}

type LocalImage = NonNullable<SocketExplanation['image']>;

const imageText = ({ id, layers, store }: LocalImage): string =>
  text('cli-explain.image-layers', {
    id,
    count: layers.length,
    store: store === 'graph' ? text('cli-explain.store-graph') : 'containerd',
  });

const digestText = (digest: string, store: LocalImage['store']): string =>
  store === 'graph' ? digest : text('cli-explain.digest-as-name', { digest });

function commandsText(list: NonNullable<SocketExplanation['list']>): string {
  const settings = [list, ...list.undecided].map(({ setting }) => setting).join(' and ');
  return text(list.undecided.length === 0 ? 'cli-explain.commands' : 'cli-explain.commands-undecided', {
    settings,
  });
}

function describeCheck({ entry, outcome, local, query: question, answer }: EntryCheck): string {
  const request =
    question === null
      ? text('cli-explain.check-not-queried', { entry, outcome, local })
      : text('cli-explain.check-queried', {
          entry,
          outcome,
          local,
          repository: `${question.domain}/${question.path}`,
          reference: question.reference,
        });
  return `${request}${answer === null ? '' : registryResultText(answer)}`;
}

function registryResultText(answer: RegistryResult): string {
  switch (answer.kind) {
    case 'served': {
      const size = answer.children?.length ?? 0;
      return text('cli-explain.served', {
        digest: answer.digest,
        index: size === 0 ? '' : text('cli-explain.index', { size }),
        seconds: Math.floor(answer.ageMs / 1000),
        lastKnown:
          answer.lastKnown === null
            ? ''
            : text('cli-explain.last-known', { why: translate(answer.lastKnown, answer.lastKnownSentence) }),
      });
    }
    case 'absent':
      return text('cli-explain.absent');
    default:
      return text('cli-explain.unanswered', { why: translate(answer.why, answer.sentence) });
  }
}
