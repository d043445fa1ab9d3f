import type { TFunction } from 'i18next';
import { judgeShare, type ShareContext, type ShareVerdict } from '../../../shared/settings/index.ts';
import type { Tone } from '../../theme/tokens.ts';

/** The meaning of the path typed so far as a share. */
export interface ShareCheck {
  readonly usable: boolean;
  readonly tone: Tone;
  readonly text: string;
}

/** A path as written into the document: without space around it or a slash at its end. */
export function tidyPath(written: string): string {
  const text = written.trim();
  return text.length > 1 && !/^[A-Za-z]:[\\/]$/.test(text) ? text.replace(/(?<=.)[/\\]+$/, '') : text;
}

/** The path's components, with variables unexpanded. */
const partsOf = (path: string, platform: string): readonly string[] =>
  (platform === 'win32' ? path.toLowerCase().split(/[\\/]/) : path.split('/')).filter((part) => part !== '');
const isIn = (outer: readonly string[], inner: readonly string[]): boolean =>
  outer.length <= inner.length && outer.every((part, index) => part === inner[index]);

/** `others`: the paths already listed, without the edited one. */
export function checkShare(
  t: TFunction,
  written: string,
  others: readonly string[],
  context: ShareContext,
): ShareCheck {
  if (written.trim() === '') return { usable: false, tone: 'neutral', text: t('files.add.hint') };
  const path = tidyPath(written);
  const verdict = judgeShare(path, context);
  if (verdict.kind === 'invalid')
    return { usable: false, tone: 'danger', text: t(`files.invalid.${verdict.reason}`) };
  const parts = partsOf(path, context.platform);
  const listed = others.map((other) => ({ other, parts: partsOf(other, context.platform) }));
  const same = listed.find((one) => one.parts.length === parts.length && isIn(one.parts, parts));
  if (same !== undefined)
    return { usable: false, tone: 'danger', text: t('files.add.duplicate', { path: same.other }) };
  if (verdict.kind === 'dangerous') return { usable: true, tone: 'danger', text: dangerTitle(t, verdict) };
  const wider = listed.find((one) => isIn(one.parts, parts));
  if (wider !== undefined)
    return { usable: true, tone: 'neutral', text: t('files.add.covered', { path: wider.other }) };
  return { usable: true, tone: 'ok', text: t('files.add.fine') };
}

type Dangerous = Extract<ShareVerdict, { kind: 'dangerous' }>;

export const dangerTitle = (t: TFunction, verdict: Dangerous): string =>
  verdict.holds === undefined
    ? t(`files.danger.${verdict.danger}.title`)
    : t('files.danger.holds', { path: verdict.holds });

/** Dangers that subdirectories have, too: narrowing the share does not help. */
const throughout: ReadonlySet<string> = new Set(['runtime-state', 'kernel', 'devices']);
export const canNarrow = (verdict: Dangerous): boolean =>
  verdict.holds !== undefined || !throughout.has(verdict.danger);
