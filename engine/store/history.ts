import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Period } from '../../shared/containers/protection.ts';
import { effectiveSettings, type EffectiveSettings } from '../../shared/settings/effective.ts';
import { applySteps } from '../../shared/apply/steps.ts';
import { fail, isNotText, notText, ok, type AppError, type Result } from '../../shared/result.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { message } from '../../shared/messages/message.ts';
import { keepFile, readSettings, syncDirectory, writeReason, type StoredText } from '../base/files.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** `history/NNNN/meta.json`. */
const historyEntrySchema = z.object({
  version: z.number().int().nonnegative(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** The earliest time at which it may have come into force; missing in entries of earlier versions. */
  inForceFrom: z.string().optional(),
  uid: z.number().int(),
  user: z.string(),
  /** sha256 of the text, '' for "no file". */
  hash: z.string(),
  fromHash: z.string(),
  /** 'apply': applied by us. 'found': written by another program, recorded before we changed it. */
  how: z.enum(['apply', 'found']),
  eci: z.boolean(),
  /** Its enforcement mode is audit; added by `writeVersion`. */
  audit: z.literal(true).optional(),
  /** How long each step took, for the next estimate. */
  durationsMs: z.partialRecord(z.enum(applySteps), z.number()),
  /**
   * The predicted part of the restart that was spent waiting for containers that ignore the stop signal, s.
   */
  stopWait: z.number().optional(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

/** The content of one version: the settings text and daemon.json at that time, null if there was no file. */
export interface HistoryVersion {
  readonly entry: HistoryEntry;
  readonly settings: string | null;
  readonly daemonJson: string | null;
}

/** Name of the settings file in a version's directory. */
const settingsName = 'admin-settings.json';

export const versionDirectory = (history: string, version: number): string =>
  path.join(history, String(version).padStart(4, '0'));

/**
 * Readable versions, oldest first. A directory without a valid meta.json is left out; its number is never
 * reused (`nextVersion`).
 */
export async function listHistory(history: string): Promise<Result<HistoryEntry[], AppError>> {
  const numbers = await versionNumbers(history);
  if (!numbers.ok) return numbers;
  const entries = await Promise.all(
    numbers.value.map(async (version) => {
      const text = await readFile(path.join(versionDirectory(history, version), 'meta.json'), 'utf8').catch(
        () => null,
      );
      if (text === null) return null;
      try {
        const parsed = historyEntrySchema.safeParse(JSON.parse(text));
        return parsed.success && parsed.data.version === version ? parsed.data : null;
      } catch {
        return null;
      }
    }),
  );
  return ok(entries.filter((entry): entry is HistoryEntry => entry !== null));
}

/** Numbers of all versions that have a directory, readable or not, oldest first. */
export async function versionNumbers(history: string): Promise<Result<number[], AppError>> {
  try {
    return ok(
      (await readdir(history))
        .filter((name) => /^\d{4,9}$/.test(name))
        .map(Number)
        .sort((a, b) => a - b),
    );
  } catch (error) {
    return systemCode(error) === 'ENOENT'
      ? ok([])
      : fail('settings.unreadable', message('engine.file-unreadable', { file: history }), {
          cause: error,
          params: { path: history },
        });
  }
}

/**
 * Whether a version is the deletion of the settings file by another program: it has a number, which an apply
 * gave to the next version, and no directory, since nothing is there to be kept.
 */
export const isDeletion = (
  entries: readonly Pick<HistoryEntry, 'version' | 'hash' | 'fromHash'>[],
  version: number,
): boolean =>
  version > 0 &&
  !entries.some((entry) => entry.version === version) &&
  entries.some((entry) => entry.version === version + 1 && entry.fromHash === '') &&
  entries.some((entry) => entry.version === version - 1 && entry.hash !== '');

/** The version number of the applied file, and the next number. */
export interface VersionState {
  /**
   * The applied text's version; if it isn't recorded yet (changed by another program), the next free number.
   * 0: no file, no history.
   */
  readonly current: number;
  readonly recorded: boolean;
  readonly next: number;
  readonly entries: readonly HistoryEntry[];
}

export async function versionState(
  history: string,
  applied: StoredText,
): Promise<Result<VersionState, AppError>> {
  const [numbers, entries] = await Promise.all([versionNumbers(history), listHistory(history)]);
  if (!numbers.ok) return numbers;
  if (!entries.ok) return entries;
  const highest = numbers.value.at(-1);
  const last = entries.value.at(-1);
  const recorded = last !== undefined && last.version === highest && last.hash === applied.hash;
  const unrecorded = highest === undefined ? Number(applied.exists) : highest + 1;
  const current = recorded ? last.version : unrecorded;
  return ok({ current, recorded, next: current + 1, entries: entries.value });
}

/**
 * Writes a version's directory, as a whole or not at all. An existing one is replaced only if it is that very
 * version's unfinished write.
 */
export async function writeVersion(
  history: string,
  version: Omit<HistoryVersion, 'settings'> & {
    /** Bytes: of a settings file that is not text. `file`: one that is too large to be read, to be kept. */
    readonly settings: string | Uint8Array | { readonly file: string } | null;
  },
): Promise<Result<string, AppError>> {
  const target = versionDirectory(history, version.entry.version);
  const temporary = path.join(history, `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(temporary, { recursive: true, mode: 0o755 });
    // mkdir applies the umask, and that of a service may leave others nothing.
    await chmod(temporary, 0o755);
    const put = (name: string, text: string | Uint8Array, mode: number) =>
      writeDurably(path.join(temporary, name), text, mode);
    // As readable as the originals; daemon.json may contain proxy credentials.
    // Bytes that are not text may be any file that was moved there, also a secret one: for root only.
    const { settings } = version;
    const settingsMode = typeof settings === 'string' ? 0o644 : 0o600;
    if (isFile(settings)) await keepFile(settings.file, path.join(temporary, settingsName));
    else if (settings !== null) await put(settingsName, settings, settingsMode);
    if (version.daemonJson !== null) await put('daemon.json', version.daemonJson, 0o600);
    const entry =
      !isFile(settings) && isAuditMode(settings) ? { ...version.entry, audit: true } : version.entry;
    await put('meta.json', `${JSON.stringify(entry, null, 2)}\n`, 0o644);
    await syncDirectory(temporary);
    await rename(temporary, target);
    await syncDirectory(history);
    return ok(target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    return fail('settings.unwritable', message('settings.backup-unwritable', { target }), {
      reason: await writeReason(error, target),
      hint: message('apply.nothing-changed'),
      params: { path: target },
    });
  }
}

const isFile = (
  settings: Parameters<typeof writeVersion>[1]['settings'],
): settings is { readonly file: string } =>
  settings !== null && typeof settings === 'object' && 'file' in settings;

function isAuditMode(text: string | Uint8Array | null): boolean {
  if (text instanceof Uint8Array) return false;
  const settings = effectiveSettings(text ?? '', { exists: text !== null });
  return settings.ok && settings.value.mode === 'audit';
}

async function writeDurably(file: string, text: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const notTextMessage = (version: number, isTooLarge: boolean) =>
  isTooLarge
    ? message('settings.version-too-large', { version })
    : message('settings.version-not-text', { version });

/** Reads one version. `settings.version-unknown` if there is none. */
export async function readVersion(
  history: string,
  version: number,
): Promise<Result<HistoryVersion, AppError>> {
  const entries = await listHistory(history);
  if (!entries.ok) return entries;
  const entry = entries.value.find((candidate) => candidate.version === version);
  if (entry === undefined) {
    // 0 may be recorded or not; a rollback takes it in either case.
    const known = entries.value
      .map((candidate) => candidate.version)
      .filter((recorded) => recorded > 0)
      .map(String);
    return fail('settings.version-unknown', message('settings.version-missing', { version }), {
      reason:
        known.length === 0
          ? message('settings.nothing-applied-yet')
          : message('settings.versions-available', { known: joinMessages('enumeration', known) }),
      params: { version },
    });
  }
  const directory = versionDirectory(history, version);
  const file = path.join(directory, settingsName);
  const settings = await readSettings(file);
  const isTooLarge = !settings.ok && settings.error.code === 'settings.too-large';
  if (!settings.ok && (isTooLarge || isNotText(settings.error)))
    return fail('settings.unreadable', notTextMessage(version, isTooLarge), {
      reason: message('settings.version-bytes-kept', { file }),
      hint: message('settings.other-versions-unaffected'),
      params: { path: file, ...notText },
    });
  if (!settings.ok) return settings;
  const daemonJson = await readFile(path.join(directory, 'daemon.json'), 'utf8').catch((error: unknown) => {
    // EACCES: a user may read the settings' history, but not daemon.json's.
    if (['ENOENT', 'EACCES'].includes(systemCode(error))) return null;
    throw error;
  });
  return ok({ entry, settings: settings.value.exists ? settings.value.text : null, daemonJson });
}

/**
 * When ECI was last turned on (ISO 8601), null when it is off or history has no record of it. `entries`
 * oldest first.
 */
export function eciSince(entries: readonly HistoryEntry[]): string | null {
  let since: string | null = null;
  for (const entry of entries) {
    if (!entry.eci) since = null;
    else if (since === null && entry.how === 'apply') since = entry.at;
  }
  return since;
}

/** The mode that is in force. `since`: at the latest since then; null if that is unknown. */
export interface ModeInForce {
  readonly mode: EffectiveSettings['mode'];
  readonly since: string | null;
}

/**
 * When audit mode was in force. Periods err on the short side: a container from outside of one counts as
 * created without the gateway. The gateway adopts a version before it is recorded, and a change of the file
 * that is not recorded at all. `entries` oldest first.
 */
export function auditPeriods(entries: readonly HistoryEntry[], now: ModeInForce): Period[] {
  return entries.flatMap((entry, index): Period[] => {
    const { 'back-up': backUpMs = 0 } = entry.durationsMs;
    const from = Date.parse(entry.at) - applyMs(entry) + backUpMs;
    if (entry.audit !== true || !entry.eci || Number.isNaN(from)) return [];
    const begin = new Date(from).toISOString();
    const next = entries[index + 1];
    if (next === undefined && now.mode === 'audit') return [{ from: begin, until: null }];
    const until = next === undefined ? Date.parse(now.since ?? '') : endBefore(next, entry);
    return until > from ? [{ from: begin, until: new Date(until).toISOString() }] : [];
  });
}

/** When the version after `entry` came into force at the earliest, ms; NaN if it is not `next`. */
function endBefore(next: HistoryEntry, { version }: HistoryEntry): number {
  if (next.version !== version + 1) return Number.NaN;
  return next.inForceFrom === undefined ? Date.parse(next.at) - applyMs(next) : Date.parse(next.inForceFrom);
}

const applyMs = ({ durationsMs }: HistoryEntry): number =>
  Object.values(durationsMs).reduce((sum, ms) => sum + ms, 0);
