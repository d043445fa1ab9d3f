import type { Command } from 'commander';
import type { Container, ContainerScan, RemoveOutcome } from '../shared/containers/protection.ts';
import { printError, printResult, progress, withJson, withRoot } from './output.ts';
import { registerRecreate } from './recreate.ts';
import { withTarget, type RootOptions } from './target.ts';
import { fail } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { padColumns } from './columns.ts';
import { helpText } from './help.ts';
import { about, text, translate } from './text.ts';

interface RemoveOptions extends RootOptions {
  readonly includeRunning?: boolean;
  readonly removeVolumes?: boolean;
  readonly yes?: boolean;
}

/** `bulkhead containers scan | remove | recreate`. */
export function configureContainers(containers: Command): void {
  withJson(withRoot(containers.command('scan').description(helpText('cli-help.scan'))))
    .option('--unprotected', helpText('cli-help.scan-unprotected'))
    .action((options: RootOptions & { unprotected?: boolean }) =>
      withTarget(options, async (target) => {
        const scan = await target.scan();
        const shown =
          scan.ok && options.unprotected === true
            ? {
                ok: true as const,
                value: {
                  ...scan.value,
                  containers: scan.value.containers.filter((container) => !container.protected),
                },
              }
            : scan;
        printResult(shown, { json: options.json, human: describeScan });
      }),
    );

  withJson(withRoot(containers.command('remove <id...>').description(helpText('cli-help.containers-remove'))))
    .option('--include-running', helpText('cli-help.include-running'))
    .option('--remove-volumes', helpText('cli-help.remove-volumes'))
    .action((ids: string[], options: RemoveOptions) =>
      withTarget(options, async (target) => {
        const { removeRequestSchema } = await import('../shared/containers/protection.ts');
        const request = removeRequestSchema.safeParse({
          ids: [...new Set(ids)],
          includeRunning: options.includeRunning === true,
          removeVolumes: options.removeVolumes === true,
        });
        if (!request.success) {
          printError(
            fail('input.unusable', message('cli-output.removal-unusable'), {
              reason: request.error.issues[0]?.message ?? '',
            }).error,
            options,
          );
          return;
        }
        const controller = new AbortController();
        const stop = () => {
          controller.abort();
        };
        process.once('SIGINT', stop);
        try {
          const outcomes = await target.remove(request.data, {
            signal: controller.signal,
            onProgress: (outcome, done, total) => {
              if (options.json !== true && total > 1)
                progress(
                  text('cli-output.progress-of', { number: done, total, text: describeOutcome(outcome) }),
                );
            },
          });
          printResult(outcomes, {
            json: options.json,
            human: (list) => (list.length === 1 ? list.map(describeOutcome).join('') : summary(list)),
            failed: (list) => list.some((outcome) => !outcome.removed),
          });
        } finally {
          process.removeListener('SIGINT', stop);
        }
      }),
    );

  registerRecreate(containers);
}

function describeOutcome({ name, removed, error, sentence }: RemoveOutcome): string {
  if (!removed) return text('cli-output.not-removed', { name, reason: translate(error ?? '', sentence) });
  return error === undefined
    ? text('cli-output.removed', { name })
    : text('cli-output.removed-with-note', { name, note: translate(error, sentence) });
}
const summary = (list: readonly RemoveOutcome[]): string =>
  text('cli-output.removed-of', {
    number: list.filter((outcome) => outcome.removed).length,
    total: list.length,
  });

/** One that could not be inspected counts as unprotected, and is not called so. */
function protectionText(container: Container): string {
  if (container.protected) return text('cli-output.protected');
  return container.reason === 'unknown'
    ? text('cli-output.protection-unknown')
    : text('cli-output.unprotected');
}

function reasonText({ reason, range, whyUnknown, whyUnknownSentence }: Container): string {
  const plain = text(`cli-output.reason-${reason}`);
  const withRange = range === null ? plain : `${plain} ${range.first}-${range.last}`;
  return whyUnknown === undefined ? withRange : about(withRange, translate(whyUnknown, whyUnknownSentence));
}

/** The containers, one a line, and how many are not protected. */
export function describeScan({ containers }: ContainerScan): string {
  if (containers.length === 0) return text('cli-output.no-containers');
  const width = Math.min(40, Math.max(...containers.map(({ name }) => name.length)));
  const lines = containers.map((container) =>
    [
      container.id.slice(0, 12),
      container.name.padEnd(width),
      padColumns(text(`cli-output.state-${container.state}`), 8),
      padColumns(protectionText(container), 11),
      reasonText(container),
    ].join('  '),
  );
  const count = containers.filter((container) => !container.protected).length;
  const sum =
    count === 0
      ? text('cli-output.all-protected')
      : text('cli-output.not-protected', { count, total: containers.length });
  return [...lines, sum].join('\n');
}
