import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Option, type Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { BundleFacts } from '../engine/support-bundle/collect.ts';
import type { Target } from '../engine/target.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { BundleEntry, BundleEvent, ListedBundleEntry } from '../shared/support/bundle.ts';
import { bytesText } from '../shared/containers/bytes.ts';
import { redactionKinds } from '../shared/support/redact.ts';
import { eventListener, type EventListener } from './event-listener.ts';
import { helpText } from './help.ts';
import { renderList, type ListDefinition } from './list.ts';
import { exitCodes, printError, printResult, withJson, withRoot } from './output.ts';
import { statusReport } from './status.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { listText, text } from './text.ts';

const run = promisify(execFile);

interface SupportOptions extends RootOptions {
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly events?: boolean;
  readonly eventsTo?: string;
}

/** The content of a support bundle, and where it was written. */
interface WrittenBundle {
  /** Null with `--dry-run`. */
  readonly file: string | null;
  readonly bytes: number;
  readonly entries: readonly ListedBundleEntry[];
}

/** `bulkhead support-bundle`: what is needed for support, in one file that only root can read. */
export function configureSupportBundle(command: Command): void {
  withJson(withRoot(command))
    .option('-o, --output <file>', helpText('cli-help.support-output'))
    .option('--dry-run', helpText('cli-help.support-dry-run'))
    .option('--events', helpText('cli-help.support-events'))
    .addOption(new Option('--events-to <socket>').hideHelp())
    .addHelpText('after', () => text('cli-help.support-notes'))
    .action((options: SupportOptions) => {
      if (process.getuid?.() !== 0) {
        printError(
          fail('rights.not-root', message('cli-support.not-root'), { hint: message('cli.run-as-root') })
            .error,
          options,
        );
        return;
      }
      if (options.output?.trim() === '') {
        printError(
          fail('input.unusable', message('cli-support.output-empty'), {
            hint: message('cli-support.name-or-omit'),
          }).error,
          options,
        );
        return;
      }
      return withExistingTarget(options, async (target) => {
        if (options.events === true) {
          await printBundleEvents(target, await eventListener(options.eventsTo));
          return;
        }
        printResult(await makeBundle(target, options), { json: options.json, human: describeBundle });
      });
    });
}

async function makeBundle(
  target: Target,
  { output, dryRun }: SupportOptions,
): Promise<Result<WrittenBundle, AppError>> {
  const [collected, { bundleFileName, listEntry, withManifest }] = await Promise.all([
    collect(target, () => undefined),
    import('../shared/support/bundle.ts'),
  ]);
  const entries = collected.map(listEntry);
  if (dryRun === true) return ok({ file: null, bytes: 0, entries });
  const at = new Date();
  const { writeBundle } = await import('../engine/support-bundle/write.ts');
  const file = path.resolve(output ?? bundleFileName(at));
  const written = await writeBundle(file, withManifest(collected, at));
  return written.ok ? ok({ file, bytes: written.value, entries }) : written;
}

/**
 * Prints the bundle's files as events, for a program that displays them before it writes a bundle itself,
 * with the rights of its user.
 */
async function printBundleEvents(target: Target, listener: EventListener): Promise<void> {
  const write = (event: BundleEvent) => {
    listener.write(`${JSON.stringify(event)}\n`);
  };
  // Nothing is written that would have to be removed.
  listener.onCancel(() => process.exit(exitCodes.failed));
  write({ type: 'progress', progress: { read: 0, total: null } });
  const entries = await collect(target, (read, total) => {
    write({ type: 'progress', progress: { read, total } });
  });
  for (const entry of entries) write({ type: 'entry', entry });
  write({ type: 'collected' });
  listener.end();
}

async function collect(
  target: Target,
  onRead: (read: number, total: number) => void,
): Promise<readonly BundleEntry[]> {
  const { collectBundle } = await import('../engine/support-bundle/collect.ts');
  return collectBundle(target.paths, await bundleFacts(target), onRead);
}

/**
 * Facts about an engine and its machine that are not in files; a fact that is not available is replaced by
 * the reason.
 */
async function bundleFacts(target: Target): Promise<BundleFacts> {
  const [status, containers, log, versions] = await Promise.all([
    settled(statusReport(target)),
    settled(scanWithoutLabels(target)),
    settled(target.driver.log(5000)),
    machineVersions(),
  ]);
  return {
    'versions.json': versions,
    'status.json': status,
    'containers.json': containers,
    'logs/engine-log.json': log,
  };
}

const settled = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }));

/** Labels are their authors' own, so their values are left out. */
async function scanWithoutLabels(target: Target): Promise<unknown> {
  const scan = await target.scan();
  if (!scan.ok) return { problem: scan.error.message };
  const containers = scan.value.containers.map(({ labels, ...container }) => ({
    ...container,
    labels: Object.keys(labels),
  }));
  return { ...scan.value, containers };
}

async function machineVersions(): Promise<unknown> {
  const [osRelease, cgroups, docker, runc, containerd] = await Promise.all([
    readFile('/etc/os-release', 'utf8').catch(() => ''),
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
    ...['docker', 'runc', 'containerd'].map(versionOf),
  ]);
  return {
    bulkhead: packageJson.version,
    node: process.version,
    system: /^PRETTY_NAME="?(.*?)"?$/m.exec(osRelease)?.[1] ?? null,
    kernel: os.release(),
    architecture: os.arch(),
    cgroups: cgroups.startsWith('0::') ? 2 : 1,
    processors: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    docker,
    runc,
    containerd,
  };
}

/** The first line of `program --version`; null if it is not installed. */
async function versionOf(program: string): Promise<string | null> {
  try {
    return (await run(program, ['--version'], { timeout: 5000 })).stdout.split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

const entryList: ListDefinition<ListedBundleEntry> = {
  fields: {
    Name: { head: () => text('cli-support.entry'), value: ({ name }) => name },
    Size: {
      head: () => text('cli-support.size'),
      value: ({ bytes }) => String(bytes),
      display: ({ bytes }) => bytesText(bytes),
    },
    Redacted: {
      head: () => text('cli-support.redacted'),
      value: redactionsText,
      display: (entry) => redactionsText(entry) || '-',
      tone: (entry) => (redactionsText(entry) === '' ? null : 'warning'),
    },
    Omitted: {
      head: () => text('cli-support.omitted'),
      value: ({ omittedBytes }) => (omittedBytes === 0 ? '' : String(omittedBytes)),
      display: ({ omittedBytes }) => (omittedBytes === 0 ? '' : bytesText(omittedBytes)),
    },
  },
  columns: ['Name', 'Size', 'Redacted'],
  key: 'Name',
};

/** With the column of omitted bytes only if a file has some. */
const listOf = (entries: readonly ListedBundleEntry[]): ListDefinition<ListedBundleEntry> =>
  entries.some(({ omittedBytes }) => omittedBytes > 0)
    ? { ...entryList, columns: [...entryList.columns, 'Omitted'] }
    : entryList;

function redactionsText({ redactions }: ListedBundleEntry): string {
  return listText(
    redactionKinds.flatMap((kind) => {
      const count = redactions[kind];
      return count === undefined ? [] : [`${text(`cli-support.${kind}`)} ${count}`];
    }),
  );
}

function describeBundle({ file, bytes, entries }: WrittenBundle): string {
  return [
    renderList(entries, listOf(entries), { kind: 'default' }),
    '',
    file === null
      ? text('cli-support.would-be-written')
      : text('cli-support.written', { file, kib: Math.ceil(bytes / 1024) }),
    text('cli-support.look-through'),
  ].join('\n');
}
