import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { BundleEntry, BundleFacts } from '../engine/support-bundle/collect.ts';
import type { Target } from '../engine/target.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { redactionKinds } from '../shared/support/redact.ts';
import { helpText } from './help.ts';
import { renderList, type ListDefinition } from './list.ts';
import { printError, printResult, withJson, withRoot } from './output.ts';
import { statusReport } from './status.ts';
import { withTarget, type RootOptions } from './target.ts';
import { text } from './text.ts';

const run = promisify(execFile);

interface SupportOptions extends RootOptions {
  readonly output?: string;
  readonly dryRun?: boolean;
}

/** What a support bundle has, and where it was written. */
interface WrittenBundle {
  /** Null with `--dry-run`. */
  readonly file: string | null;
  readonly bytes: number;
  readonly entries: readonly Omit<BundleEntry, 'content'>[];
}

/** `bulkhead support-bundle`: what somebody who helps has to see, in one file that root alone can read. */
export function configureSupportBundle(command: Command): void {
  withJson(withRoot(command))
    .option('-o, --output <file>', helpText('cli-help.support-output'))
    .option('--dry-run', helpText('cli-help.support-dry-run'))
    .addHelpText('after', () => text('cli-help.support-notes'))
    .action((options: SupportOptions) => {
      if (process.getuid?.() !== 0) {
        printError(
          fail('rights.not-root', message('cli-support.not-root'), { hint: message('cli.run-it-as-root') })
            .error,
          options,
        );
        return;
      }
      return withTarget(options, async (target) => {
        printResult(await makeBundle(target, options), { json: options.json, human: describeBundle });
      });
    });
}

async function makeBundle(
  target: Target,
  { output, dryRun }: SupportOptions,
): Promise<Result<WrittenBundle, AppError>> {
  const [{ collectBundle }, { writeBundle }] = await Promise.all([
    import('../engine/support-bundle/collect.ts'),
    import('../engine/support-bundle/write.ts'),
  ]);
  const collected = await collectBundle(target.paths, await bundleFacts(target));
  const entries = collected.map(({ content, ...entry }) => ({ ...entry, bytes: Buffer.byteLength(content) }));
  const manifest: BundleEntry = {
    name: 'manifest.json',
    content: `${JSON.stringify({ at: new Date().toISOString(), entries }, null, 2)}\n`,
    redactions: {},
    omittedBytes: 0,
  };
  if (dryRun === true) return ok({ file: null, bytes: 0, entries });
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const file = path.resolve(output ?? `bulkhead-support-${stamp}.tar.gz`);
  const written = await writeBundle(file, [manifest, ...collected]);
  return written.ok ? ok({ file, bytes: written.value, entries }) : written;
}

/** What is known of an engine and its machine beside files; a fact that cannot be had is the reason why. */
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

/** Labels are their authors' own, and are left out by value. */
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

/** The first line of `program --version`; null where it is not there. */
async function versionOf(program: string): Promise<string | null> {
  try {
    return (await run(program, ['--version'], { timeout: 5000 })).stdout.split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

type ListedEntry = WrittenBundle['entries'][number];

const entryList: ListDefinition<ListedEntry> = {
  fields: {
    Name: { head: () => text('cli-support.entry'), value: ({ name }) => name },
    Redacted: {
      head: () => text('cli-support.redacted'),
      value: redactionsText,
      display: (entry) => redactionsText(entry) || '-',
      tone: (entry) => (redactionsText(entry) === '' ? null : 'warning'),
    },
    Omitted: {
      head: () => text('cli-support.omitted'),
      value: ({ omittedBytes }) => (omittedBytes === 0 ? '' : String(omittedBytes)),
    },
  },
  columns: ['Name', 'Redacted', 'Omitted'],
  key: 'Name',
};

function redactionsText({ redactions }: ListedEntry): string {
  return redactionKinds
    .flatMap((kind) => {
      const count = redactions[kind];
      return count === undefined ? [] : [`${text(`cli-support.${kind}`)} ${count}`];
    })
    .join(', ');
}

function describeBundle({ file, bytes, entries }: WrittenBundle): string {
  return [
    renderList(entries, entryList, { kind: 'default' }),
    '',
    file === null
      ? text('cli-support.would-be-written')
      : text('cli-support.written', { file, kib: Math.ceil(bytes / 1024) }),
    text('cli-support.look-through'),
  ].join('\n');
}
