import type { Command } from 'commander';
import { killedContainers } from '../shared/containers/killed.ts';
import { unprotected, type RemoveOutcome } from '../shared/containers/protection.ts';
import { printError, printResult, progress, withJson, withRoot } from './output.ts';
import { registerRecreate, unusableNames } from './recreate.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { fail, ok } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { crashLines } from './crash-text.ts';
import { containerList, describeScan } from './container-list.ts';
import { alarmLines, readEnforcement } from './enforcement-text.ts';
import { helpText } from './help.ts';
import { listFormatOf } from './list.ts';
import { withListFormat } from './list-options.ts';
import type { ListOptions } from './list-format.ts';
import { styled } from './style.ts';
import { removalText } from './removal-text.ts';
import { text } from './text.ts';

interface ScanOptions extends RootOptions, ListOptions {
  readonly unprotected?: boolean;
}

interface RemoveOptions extends RootOptions {
  readonly includeRunning?: boolean;
  readonly removeVolumes?: boolean;
  readonly yes?: boolean;
}

/** `bulkhead containers list | remove | recreate`. */
export function configureContainers(containers: Command): void {
  const scan = containers.command('list').aliases(['ls', 'scan']).description(helpText('cli-help.scan'));
  withListFormat(withJson(withRoot(scan)), String.raw`{{.ID}}\t{{.Name}}`)
    .option('--unprotected', helpText('cli-help.scan-unprotected'))
    .action((options: ScanOptions) => {
      const format = listFormatOf(containerList, options);
      if (!format.ok) {
        printError(format.error, options);
        return;
      }
      return withExistingTarget(options, async (target) => {
        const [scanned, engine] = await Promise.all([target.scan(), target.driver.status()]);
        for (const line of alarmLines(await readEnforcement(target, engine)))
          progress(styled('bad', line, 'stderr'));
        const killed = killedContainers(engine.crash, scanned.ok ? scanned.value : null);
        for (const line of crashLines(
          engine,
          killed.map(({ name }) => name),
        ))
          progress(styled('warning', line, 'stderr'));
        const shown =
          scanned.ok && options.unprotected === true
            ? ok({ ...scanned.value, containers: unprotected(scanned.value) })
            : scanned;
        printResult(shown, {
          json: options.json,
          human: (value) => describeScan(value, format.value),
        });
      });
    });

  withJson(withRoot(containers.command('remove <id...>').description(helpText('cli-help.containers-remove'))))
    .option('--include-running', helpText('cli-help.include-running'))
    .option('--remove-volumes', helpText('cli-help.remove-volumes'))
    .action((ids: string[], options: RemoveOptions) =>
      withExistingTarget(options, async (target) => {
        const { maxRemoved, removeRequestSchema } = await import('../shared/containers/protection.ts');
        const named = [...new Set(ids)];
        const request = removeRequestSchema.safeParse({
          ids: named,
          includeRunning: options.includeRunning === true,
          removeVolumes: options.removeVolumes === true,
        });
        if (!request.success) {
          printError(
            fail('input.unusable', message('cli-output.removal-unusable'), {
              reason: unusableNames(named, maxRemoved) ?? request.error.issues[0]?.message ?? '',
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
                progress(text('cli-output.progress-of', { number: done, total, text: removalText(outcome) }));
            },
          });
          printResult(outcomes, {
            json: options.json,
            human: (list) => (list.length === 1 ? list.map(removalText).join('') : summary(list)),
            failed: (list) => list.some((outcome) => !outcome.removed),
          });
        } finally {
          process.removeListener('SIGINT', stop);
        }
      }),
    );

  registerRecreate(containers);
}

const summary = (list: readonly RemoveOutcome[]): string =>
  text('cli-output.removed-of', {
    number: list.filter((outcome) => outcome.removed).length,
    total: list.length,
  });
