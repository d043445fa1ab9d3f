import type { Command } from 'commander';
import type { Container, ContainerScan, RemoveOutcome } from '../shared/containers/protection.ts';
import { printError, printResult, progress, withJson, withRoot } from './output.ts';
import { registerRecreate } from './recreate.ts';
import { withTarget, type RootOptions } from './target.ts';

interface RemoveOptions extends RootOptions {
  readonly includeRunning?: boolean;
  readonly removeVolumes?: boolean;
  readonly yes?: boolean;
}

/** `bulkhead containers scan | remove | recreate`. */
export function registerContainers(program: Command): void {
  const containers = program.command('containers').description('containers and whether they are protected');

  withJson(
    withRoot(containers.command('scan').description('list every container with its protection and why')),
  )
    .option('--unprotected', 'only those that are not protected')
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

  withJson(
    withRoot(
      containers
        .command('remove <id...>')
        .description('remove containers by id or name; volumes are kept; running ones are refused'),
    ),
  )
    .option('--include-running', 'running ones too: they are stopped and removed')
    .option('--remove-volumes', 'with their volumes')
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
            {
              code: 'input.unusable',
              message: 'the containers to remove are not usable',
              reason: request.error.issues[0]?.message ?? '',
            },
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
                progress(`${done} of ${total}: ${describeOutcome(outcome)}`);
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

const describeOutcome = (outcome: RemoveOutcome): string =>
  outcome.removed
    ? `removed ${outcome.name}${outcome.error === undefined ? '' : ` (${outcome.error})`}`
    : `not removed: ${outcome.name}: ${outcome.error ?? ''}`;
const summary = (list: readonly RemoveOutcome[]): string =>
  `${list.filter((outcome) => outcome.removed).length} of ${list.length} removed`;

const reasonWords: Readonly<Record<Container['reason'], string>> = {
  'own-range': 'own id range',
  'own-range-stopped': 'gets its own id range when started',
  'eci-off': 'ECI is off',
  'before-eci': 'made before ECI was turned on',
  'past-gateway': "made past the gateway, on the engine's own socket",
  'no-user-namespace': 'no user namespace of its own',
  unknown: 'could not be inspected',
};

/** One that could not be looked at counts as unprotected, and is not said to be so. */
const protectionWord = (container: Container): string =>
  container.protected ? 'protected' : container.reason === 'unknown' ? 'not known' : 'UNPROTECTED';

function describeScan(scan: ContainerScan): string {
  if (scan.containers.length === 0) return 'There are no containers.';
  const width = Math.min(40, Math.max(...scan.containers.map((container) => container.name.length)));
  const lines = scan.containers.map((container) => {
    const range = container.range === null ? '' : ` ${container.range.first}-${container.range.last}`;
    const why = container.whyUnknown === undefined ? '' : `: ${container.whyUnknown}`;
    return `${container.id.slice(0, 12)}  ${container.name.padEnd(width)}  ${container.state.padEnd(8)}  ${protectionWord(container).padEnd(11)}  ${reasonWords[container.reason]}${range}${why}`;
  });
  const open = scan.containers.filter((container) => !container.protected).length;
  return [
    ...lines,
    open === 0
      ? 'All are protected.'
      : `${open} of ${scan.containers.length} ${open === 1 ? 'is' : 'are'} not protected.`,
  ].join('\n');
}
