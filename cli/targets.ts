import type { Command } from 'commander';
import { ok } from '../shared/result.ts';
import { targetKindNames } from '../shared/engine-status/kinds.ts';
import type { FoundTarget } from '../shared/targets/target.ts';
import { printResult, resolveRoot, withJson, withRoot } from './output.ts';
import type { RootOptions } from './target.ts';

/** `bulkhead targets`: the engines found on this machine, with the ids that --target takes. */
export function registerTargets(program: Command): void {
  withJson(
    withRoot(
      program
        .command('targets')
        .description(
          "list the engines found on this machine: embedded ones, the machine's own, Docker Desktop",
        ),
    ),
  ).action(async (options: RootOptions) => {
    const { discoverTargets } = await import('../engine/targets/discover.ts');
    const named = resolveRoot(options);
    printResult(
      ok(
        await discoverTargets({
          roots: named.ok ? [{ root: named.value, always: options.root !== undefined }] : [],
        }),
      ),
      { json: options.json, human: describeTargets },
    );
  });
}

export function describeTargets(found: readonly FoundTarget[]): string {
  if (found.length === 0) return 'No engine was found. Start one: bulkhead engine start.';
  const width = Math.max(...found.map((target) => target.id.length));
  const versions = Math.max(...found.map((target) => (target.version ?? '-').length));
  return found
    .map((target) =>
      `${target.id.padEnd(width)}  ${target.phase.padEnd(11)}  ${(target.version ?? '-').padEnd(versions)}  ${targetKindNames[target.ref.kind]}`.trimEnd(),
    )
    .join('\n');
}
