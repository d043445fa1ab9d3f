import type { Command } from 'commander';
import { ok } from '../shared/result.ts';
import type { DiscoveredTarget } from '../shared/targets/target.ts';
import { printResult, resolveRoot, withJson, withRoot } from './output.ts';
import type { RootOptions } from './target.ts';
import { padColumns } from './columns.ts';
import { phaseText } from './engine-text.ts';
import { text } from './text.ts';

/** `bulkhead targets`: the engines found on this machine, with the ids that --target takes. */
export function configureTargets(command: Command): void {
  withJson(withRoot(command)).action(async (options: RootOptions) => {
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

export function describeTargets(found: readonly DiscoveredTarget[]): string {
  if (found.length === 0) return text('cli-output.no-engine-found');
  const width = Math.max(...found.map((target) => target.id.length));
  const versions = Math.max(...found.map((target) => (target.version ?? '-').length));
  return found
    .map(({ id, phase, version, ref }) => {
      const cells = [
        id.padEnd(width),
        padColumns(phaseText(phase), 11),
        (version ?? '-').padEnd(versions),
        text(`cli-output.target-${ref.kind}`),
      ];
      return cells.join('  ').trimEnd();
    })
    .join('\n');
}
