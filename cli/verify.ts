import type { Command } from 'commander';
import { allSettled, type Verification } from '../shared/verify/claims.ts';
import { helpText } from './help.ts';
import { printResult, withJson, withRoot } from './output.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { describeVerification } from './verification-text.ts';

interface VerifyOptions extends RootOptions {
  readonly items?: boolean;
}

/** `bulkhead verify`: verifies the protection from inside real containers. Exit code 1 when a claim fails. */
export function configureVerify(command: Command): void {
  withJson(withRoot(command))
    .option('--items', helpText('cli-help.verify-items'))
    .action((options: VerifyOptions) =>
      withExistingTarget(options, async (target) => {
        const controller = new AbortController();
        const stop = () => {
          controller.abort();
        };
        process.once('SIGINT', stop);
        try {
          const human = (verification: Verification) =>
            describeVerification(verification, { everyItem: options.items === true });
          printResult(await target.verify(controller.signal), {
            json: options.json,
            human,
            failed: (verification) => !allSettled(verification.claims),
          });
        } finally {
          process.removeListener('SIGINT', stop);
        }
      }),
    );
}
