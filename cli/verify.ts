import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import { ok } from '../shared/result.ts';
import { allSettled, type Verification } from '../shared/verify/claims.ts';
import type { NotDue } from '../shared/verify/due.ts';
import { helpText } from './help.ts';
import { printResult, withJson, withRoot } from './output.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { text } from './text.ts';
import { describeVerification } from './verification-text.ts';

interface VerifyOptions extends RootOptions {
  readonly items?: boolean;
  readonly ifDue?: boolean;
}

/** `bulkhead verify`: verifies the protection from inside real containers. Exit code 1 when a claim fails. */
export function configureVerify(command: Command): void {
  withJson(withRoot(command))
    .option('--items', helpText('cli-help.verify-items'))
    .option('--if-due', helpText('cli-help.verify-if-due'))
    .action((options: VerifyOptions) =>
      withExistingTarget(options, async (target) => {
        const notDue = options.ifDue === true ? await findWhyNotDue(target) : null;
        if (notDue === null) await verify(target, options);
        else printNotDue(notDue, options);
      }),
    );
}

async function verify(target: Target, options: VerifyOptions): Promise<void> {
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
        describeVerification(verification, { everyItem: options.items === true }),
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

const printNotDue = (notDue: NotDue | 'under-way', { json }: VerifyOptions): void => {
  printResult(ok({ notDue }), { json, human: () => text(`cli-plan.not-due-${notDue}`) });
};
