import { engineCommand } from '../engine/base/engine-command.ts';
import { defaultRoot } from '../engine/base/root-paths.ts';
import type { Command } from 'commander';
import { ok } from '../shared/result.ts';
import type { DiscoveredTarget } from '../shared/targets/target.ts';
import { printError, printResult, resolveRoot, withJson, withRoot } from './output.ts';
import type { RootOptions } from './target.ts';
import { phaseText } from './engine-text.ts';
import { listFormatOf, renderList, type ListDefinition } from './list.ts';
import { withListFormat } from './list-options.ts';
import type { ListOptions } from './list-format.ts';
import { text } from './text.ts';

/** `bulkhead targets`: the engines found on this machine, with the ids that --target takes. */
export function configureTargets(command: Command): void {
  const example = String.raw`{{.ID}}\t{{.State}}`;
  withListFormat(withJson(withRoot(command)), example).action(async (options: RootOptions & ListOptions) => {
    const format = listFormatOf(targetList, options);
    if (!format.ok) {
      printError(format.error, options);
      return;
    }
    const { discoverTargets } = await import('../engine/targets/discover.ts');
    const named = resolveRoot(options);
    printResult(
      ok(
        await discoverTargets({
          roots: named.ok ? [{ root: named.value, always: options.root !== undefined }] : [],
        }),
      ),
      {
        json: options.json,
        human: (found) =>
          found.length === 0 && format.value.kind === 'default'
            ? text('cli-output.no-engine-found', {
                command: engineCommand('start', named.ok ? named.value : defaultRoot),
              })
            : renderList(found, targetList, format.value),
      },
    );
  });
}

/** The fields of `bulkhead targets`. */
const targetList: ListDefinition<DiscoveredTarget> = {
  fields: {
    ID: { head: () => text('cli-list.id'), value: ({ id }) => id },
    Kind: {
      head: () => text('cli-list.kind'),
      value: ({ ref }) => ref.kind,
      display: ({ ref }) => text(`cli-output.target-${ref.kind}`),
    },
    State: {
      head: () => text('cli-list.phase'),
      value: ({ phase }) => phase,
      display: ({ phase }) => phaseText(phase),
    },
    Version: {
      head: () => text('cli-list.version'),
      value: ({ version }) => version ?? '',
      display: ({ version }) => version ?? '-',
    },
  },
  columns: ['ID', 'State', 'Version', 'Kind'],
  key: 'ID',
};
