import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PolicyProblem } from '../../shared/enforcement/recorded-policy.ts';
import {
  defaultSettings,
  effectiveSettings,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import { readRemovedHash } from './stored-settings.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** Maximum size of the settings file, bytes (it has a few KB). */
const maxSettingsBytes = 4 * 1024 * 1024;

/** Why a settings file that is gone is not in force. */
export const deletedProblem = 'it was deleted';

/** The settings, or why they can't be used. */
export type LoadedSettings = (
  { readonly settings: EffectiveSettings } | { readonly problem: string; readonly problemKind: PolicyProblem }
) & {
  /** sha256 (hex) of the text that was read; null without one. */
  readonly hash: string | null;
  /** The text that was read, if it is usable. */
  readonly text: string | null;
};

/**
 * Reads the settings file. `lastHash`: of the text last read; null at the start, and while the default
 * settings are in force because there is no file: then a missing file means these settings.
 */
export function loadSettings(file: string, lastHash: string | null): LoadedSettings {
  let text: string;
  let hash: string | null = null;
  try {
    const bytes = readFileSync(file);
    hash = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length > maxSettingsBytes)
      return {
        problem: `the settings file is larger than ${maxSettingsBytes} bytes`,
        problemKind: 'unusable',
        hash,
        text: null,
      };
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      return {
        ...(lastHash === null || readRemovedHash(file) === lastHash
          ? { settings: defaultSettings }
          : { problem: deletedProblem, problemKind: 'deleted' as const }),
        hash,
        text: null,
      };
    return {
      problem: error instanceof Error ? error.message : String(error),
      problemKind: 'unusable',
      hash,
      text: null,
    };
  }
  const result = effectiveSettings(text, { exists: true });
  return {
    ...(result.ok
      ? { settings: result.value, text }
      : {
          text: null,
          problem: [result.error.message, result.error.reason].filter(Boolean).join(' '),
          problemKind: 'unusable' as const,
        }),
    hash,
  };
}
