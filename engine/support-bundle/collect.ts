import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { userSettingsName } from '../../shared/settings/preferences.ts';
import type { BundleEntry } from '../../shared/support/bundle.ts';
import { redactJson, redactText, type RedactedText } from '../../shared/support/redact.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { recreateJournalPaths } from '../recreate/recreate-journal-paths.ts';

/** Facts about an engine that are not in its files, by the name of the entry: written as JSON. */
export type BundleFacts = Readonly<Record<string, unknown>>;

/** Maximum length of a file's part in a bundle: its end. */
const maxEntryBytes = 2 * 1024 * 1024;
const maxLogFiles = 50;
/** How the names of the entries begin that are journals of recreations. */
const journalPrefix = 'records/recreate-journal';

/**
 * The content of a support bundle: facts, settings, records and logs of an engine. A file that is absent or
 * cannot be read is left out and does not make the bundle fail. `onRead`: how many of all files have been
 * read.
 */
export async function collectBundle(
  paths: RootPaths,
  facts: BundleFacts,
  onRead: (read: number, total: number) => void = () => undefined,
): Promise<readonly BundleEntry[]> {
  const files: readonly (readonly [string, string])[] = [
    ['settings/admin-settings.json', paths.settings],
    ['settings/admin-settings.draft.json', paths.draft],
    [`settings/${userSettingsName}`, path.join(paths.root, userSettingsName)],
    ['settings/daemon.json', paths.daemonJson],
    ['records/engine-state.json', paths.state],
    ['records/enforced-policy.json', paths.enforcedPolicy],
    ['records/verification.json', paths.verification],
    ['records/backend-reports.json', paths.backendReports],
    ['records/apply-journal.json', paths.journal],
    ...recreateJournalPaths(paths).map((file) => [`records/${path.basename(file)}`, file] as const),
    ['logs/audit.jsonl', paths.audit],
    ...(await logFiles(paths.logs)).map((name) => [`logs/${name}`, path.join(paths.logs, name)] as const),
  ];
  let count = 0;
  const read = await Promise.all(
    files.map(async ([name, file]) => {
      const entry = await readEntry(name, file);
      onRead(++count, files.length);
      return entry;
    }),
  );
  return [
    ...Object.entries(facts).map(([name, value]) => entryOf(name, JSON.stringify(value, null, 2), 0)),
    ...read.filter((entry) => entry !== null),
  ];
}

async function logFiles(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.sort().slice(0, maxLogFiles);
}

/**
 * The journal of a recreation without the create requests it contains: they have the environment and the
 * command of a container, where a secret may have any name.
 */
function withoutCreateRequests(text: string): string {
  try {
    const leaveOut = (key: string, value: unknown): unknown => (key === 'making' ? '[left out]' : value);
    return JSON.stringify(JSON.parse(text, leaveOut));
  } catch {
    return JSON.stringify('[left out: not valid JSON]');
  }
}

const entryOf = (name: string, text: string, omittedBytes: number): BundleEntry => {
  const redacted: RedactedText = name.endsWith('.json') ? redactJson(text) : redactText(text);
  return { name, content: redacted.text, redactions: redacted.counts, omittedBytes };
};

/** The end of a regular file as an entry; null if there is none. */
async function readEntry(name: string, file: string): Promise<BundleEntry | null> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) return null;
      const start = Math.max(0, found.size - maxEntryBytes);
      const buffer = Buffer.alloc(Math.min(found.size, maxEntryBytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      const text = buffer.toString('utf8', 0, bytesRead);
      // From the first whole line on: a partial line may contain part of a secret.
      const whole = start === 0 ? text : text.slice(text.indexOf('\n') + 1);
      const shown = name.startsWith(journalPrefix) ? withoutCreateRequests(whole) : whole;
      return entryOf(name, shown, found.size - Buffer.byteLength(whole));
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
