import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { DesiredEngineConfig } from './daemon-json-conflicts.ts';
import { conflictError, previewEngineConfig } from './daemon-json-file.ts';
import { message } from '../../shared/messages/message.ts';
import type { RootPaths } from '../base/root-paths.ts';

/**
 * Checks whether dockerd would accept daemon.json as it is on disk, merged with what the settings require.
 * Changes nothing, so it can be used while the engine runs. Errors: daemon-json.invalid (its JSON, or a
 * directive that dockerd refuses), daemon-json.conflict. Errors that only a start detects (an unknown storage
 * driver) are not found.
 */
export async function checkEngineConfig(
  paths: RootPaths,
  desired: DesiredEngineConfig,
): Promise<Result<void, AppError>> {
  const plan = await previewEngineConfig(paths, desired);
  if (!plan.ok) return plan;
  if (plan.value.conflicts.length > 0) return conflictError(plan.value.conflicts);
  return plan.value.text === null ? ok(undefined) : validateByDockerd(plan.value.text);
}

/**
 * dockerd's own verdict on the text of a daemon.json. `ok` too if dockerd can't be run (not installed, too
 * old for --validate): then its start decides.
 */
async function validateByDockerd(text: string): Promise<Result<void, AppError>> {
  // A file that nobody else can read: it may contain proxy credentials.
  const directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-check-'));
  try {
    const file = path.join(directory, 'daemon.json');
    await writeFile(file, text, { mode: 0o600 });
    const output = await validate(file);
    if (output === null) return ok(undefined);
    return fail('daemon-json.invalid', message('daemon-json.rejected-by-engine'), {
      reason: output.replaceAll(file, 'daemon.json'),
      hint: message('daemon-json.correct-and-retry'),
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** dockerd's error for the file; null if there is none, or if dockerd could not check it. */
function validate(file: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      'dockerd',
      ['--validate', '--config-file', file],
      { timeout: 10_000 },
      (error, _stdout, stderr) => {
        const refused = /unable to configure the Docker daemon with file [^:]*: (.+)/.exec(stderr)?.[1];
        resolve(error === null || refused === undefined ? null : refused.trim());
      },
    );
  });
}
