import { readFile, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type AppError, type Err, type Result } from '../../shared/result.ts';
import { removeFile, writeFileAtomic } from '../base/files.ts';
import {
  planEngineConfig,
  recordedConfigSchema,
  type EngineConfigPlan,
  type RecordedConfig,
} from './daemon-json-merge.ts';
import type { DesiredEngineConfig, EngineConfigConflict } from './daemon-json-conflicts.ts';
import { message } from '../../shared/messages/message.ts';
import type { RootPaths } from '../base/root-paths.ts';
import { joinMessages } from '../../shared/messages/join-messages.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** Longest daemon.json that is read, in bytes. */
const maxBytes = 1024 * 1024;

/** Where the previous text is kept while ECI is on. */
export const recordFile = (paths: RootPaths): string => path.join(paths.root, 'daemon-json.before.json');

/**
 * The files of the engine's configuration: an apply backs them up and restores them byte for byte, absence
 * included.
 */
export const engineConfigFiles = (paths: RootPaths): readonly string[] => [
  paths.daemonJson,
  recordFile(paths),
];

/** The result that `reconcileEngineConfig` would have, for a preview. Writes nothing. */
export async function previewEngineConfig(
  paths: RootPaths,
  desired: DesiredEngineConfig | null,
): Promise<Result<EngineConfigPlan, AppError>> {
  const read = await readConfig(paths);
  return read.ok ? planChange(paths, read.value, desired) : read;
}

interface ReadConfig {
  readonly text: string | null;
  readonly record: RecordedConfig | null;
}

/** The plan; with a conflict if it would change a daemon.json that is a symbolic link. */
async function planChange(
  paths: RootPaths,
  { text, record }: ReadConfig,
  desired: DesiredEngineConfig | null,
): Promise<Result<EngineConfigPlan, AppError>> {
  const plan = planEngineConfig(text, desired, record);
  if (!plan.ok || plan.value.text === text) return plan;
  const link = await linkConflict(paths.daemonJson);
  return link === null ? plan : ok({ text, record, changes: [], conflicts: [link] });
}

/**
 * A daemon.json that is a symbolic link is not written. It is replaced as a whole, which would leave a file
 * in place of the link. Its target is not written either: it belongs to another program, which would undo
 * that at any time, and may be in a directory that others than root may write to.
 */
async function linkConflict(file: string): Promise<EngineConfigConflict | null> {
  const link = await readlink(file).catch(() => null);
  if (link === null) return null;
  const target = await realpath(file).catch(() => path.resolve(path.dirname(file), link));
  return {
    pointer: '',
    value: null,
    reason: message('daemon-json.is-symlink', { file, target }),
    hint: message('daemon-json.replace-symlink', { file, target }),
  };
}

/**
 * Adapts daemon.json on disk to the settings: merged for ECI on, restored for ECI off. Idempotent; atomic;
 * after a crash in between, the next call finishes. Errors: daemon-json.invalid, daemon-json.conflict
 * (nothing written), daemon-json.unwritable.
 */
export async function reconcileEngineConfig(
  paths: RootPaths,
  desired: DesiredEngineConfig | null,
): Promise<Result<EngineConfigPlan, AppError>> {
  const read = await readConfig(paths);
  if (!read.ok) return read;
  const plan = await planChange(paths, read.value, desired);
  if (!plan.ok) return plan;
  if (plan.value.conflicts.length > 0) return conflictError(plan.value.conflicts);
  return writePlanned(paths, read.value, plan.value);
}

/** Removes all of our keys from daemon.json, and restores the previous values. Errors as above. */
export function releaseEngineConfig(paths: RootPaths): Promise<Result<EngineConfigPlan, AppError>> {
  return reconcileEngineConfig(paths, null);
}

async function writePlanned(
  paths: RootPaths,
  before: ReadConfig,
  plan: EngineConfigPlan,
): Promise<Result<EngineConfigPlan, AppError>> {
  const { text, record } = plan;
  // The record is on disk before the file changes, and is removed after it is restored: the original is not
  // lost, wherever the process is killed. As readable as the file it is a copy of.
  const mode = await stat(paths.daemonJson).then(
    (info) => info.mode & 0o7777,
    () => 0o644,
  );
  const steps = [
    () =>
      record === null ? done : write(recordFile(paths), `${JSON.stringify(record)}\n`, { always: mode }),
    () =>
      text === before.text
        ? done
        : text === null
          ? removeFile(paths.daemonJson, 'daemon-json.unwritable')
          : write(paths.daemonJson, text, { new: 0o644 }),
    () =>
      record === null && before.record !== null
        ? removeFile(recordFile(paths), 'daemon-json.unwritable')
        : done,
  ];
  for (const step of steps) {
    const result = await step();
    if (!result.ok) return result;
  }
  return ok(plan);
}

/** The conflicts in daemon.json, as an error. */
export function conflictError(conflicts: readonly EngineConfigConflict[]): Err<AppError> {
  const [first] = conflicts;
  return fail('daemon-json.conflict', message('daemon-json.contradicts-engine'), {
    ...(first === undefined
      ? {}
      : {
          reason: joinMessages(
            'sentences',
            conflicts.map(({ reason }) => reason),
          ),
          hint: first.hint,
          params: { pointer: first.pointer },
        }),
  });
}

const done: Promise<Result<void, AppError>> = Promise.resolve(ok(undefined));

/** Atomic; keeps the mode of an existing file, unless a fixed mode is given. */
async function write(
  file: string,
  content: string,
  mode: { readonly new: number } | { readonly always: number },
): Promise<Result<void, AppError>> {
  if ((await readFile(file, 'utf8').catch(() => null)) === content) return ok(undefined);
  const wanted =
    'always' in mode
      ? mode.always
      : await stat(file).then(
          (info) => info.mode & 0o7777,
          () => mode.new,
        );
  return writeFileAtomic(file, content, { mode: wanted, code: 'daemon-json.unwritable' });
}

async function readConfig(paths: RootPaths): Promise<Result<ReadConfig, AppError>> {
  const text = await readText(paths.daemonJson);
  if (!text.ok) return text;
  const recordText = await readText(recordFile(paths));
  if (!recordText.ok) return recordText;
  if (recordText.value === null) return ok({ text: text.value, record: null });
  const record = recordedConfigSchema.safeParse(parseJson(recordText.value));
  // Continuing without it would make our own keys look like the administrator's, and lose the original for
  // good.
  if (!record.success) {
    return fail('daemon-json.invalid', message('daemon-json.record-damaged'), {
      reason: recordFile(paths),
      hint: message('daemon-json.remove-bulkhead-keys'),
      params: { path: recordFile(paths) },
    });
  }
  return ok({ text: text.value, record: record.data });
}

/** A file's text, or null if there is none. The bytes must be UTF-8, so that text and bytes correspond. */
async function readText(file: string): Promise<Result<string | null, AppError>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return ok(null);
    return fail('daemon-json.invalid', message('cli.file-unreadable', { file: path.basename(file) }), {
      cause: error,
      params: { path: file },
    });
  }
  if (bytes.length > maxBytes)
    return fail('daemon-json.invalid', message('daemon-json.too-large', { path: path.basename(file) }), {
      reason: message('daemon-json.size-limit', { count: bytes.length, maxBytes }),
      params: { path: file },
    });
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return fail('daemon-json.invalid', message('cli.file-unreadable', { file: path.basename(file) }), {
      reason: message('daemon-json.not-utf-8'),
      hint: message('daemon-json.save-as-utf-8'),
      params: { path: file },
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
