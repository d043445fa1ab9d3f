import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import { ok } from '../shared/result.ts';
import { allSettled, type Verification } from '../shared/verify/claims.ts';
import type { NotDue } from '../shared/verify/due.ts';
import { helpText } from './help.ts';
import { listFormatOf, renderList } from './list.ts';
import { withResultFormat } from './list-options.ts';
import type { ListFormat, ListOptions } from './list-format.ts';
import { printError, printResult, withJson, withRoot } from './output.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { text } from './text.ts';
import { claimList, describeVerification } from './verification-text.ts';

interface VerifyOptions extends RootOptions, ListOptions {
  readonly items?: boolean;
  readonly ifDue?: boolean;
}

/** `bulkhead verify`: verifies the protection from inside real containers. Exit code 1 when a claim fails. */
export function configureVerify(command: Command): void {
  withResultFormat(withJson(withRoot(command)), String.raw`{{.ID}}\t{{.Verdict}}`)
    .option('--items', helpText('cli-help.verify-items'))
    .option('--if-due', helpText('cli-help.verify-if-due'))
    .action(async (options: VerifyOptions) => {
      const format = listFormatOf(claimList, options);
      if (!format.ok) {
        printError(format.error, options);
        return;
      }
      await withExistingTarget(options, async (target) => {
        const notDue = options.ifDue === true ? await findWhyNotDue(target) : null;
        if (notDue === null) await verify(target, options, format.value);
        else printNotDue(notDue, options);
      });
    });
}

async function verify(target: Target, options: VerifyOptions, format: ListFormat): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
  };
  process.once('SIGINT', stop);
  try {
    const result = await target.verify(controller.signal);
    if (options.ifDue === true && !result.ok && result.error.code === 'apply.in-progress') {
      printNotDue('under-way', options);
      return;
    }
    printResult(result, {
      json: options.json,
      human: (verification: Verification) =>
        format.kind === 'default'
          ? describeVerification(verification, { everyItem: options.items === true })
          : renderList(verification.claims, claimList, format),
      failed: (verification) => !allSettled(verification.claims),
    });
  } finally {
    process.removeListener('SIGINT', stop);
  }
}

async function findWhyNotDue(target: Target): Promise<NotDue | null> {
  const [{ enforcementOf }, { effectiveSettings }, { whyNotDue }] = await Promise.all([
    import('../shared/enforcement/enforcement.ts'),
    import('../shared/settings/effective.ts'),
    import('../shared/verify/due.ts'),
  ]);
  const [engine, settings, verification] = await Promise.all([
    target.driver.status(),
    target.settings.read(),
    target.lastVerification(),
  ]);
  const applied = effectiveSettings(settings.applied, { exists: settings.exists });
  const { capabilities } = target;
  const enforcement = enforcementOf({ capabilities, engine, settings, applied });
  return whyNotDue({ engine, enforcement, verification, now: Date.now() });
}

/** Nothing was verified: with `--format` there is no claim to print. */
const printNotDue = (notDue: NotDue | 'under-way', { json, format, quiet }: VerifyOptions): void => {
  printResult(ok({ notDue }), {
    json,
    human: () => (format === undefined && quiet !== true ? text(`verify.not-due-${notDue}`) : ''),
  });
};
