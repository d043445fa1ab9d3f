import type { Finding } from '../findings.ts';
import { applyEdits } from '../edit.ts';
import { LineIndex } from '../position.ts';
import { parseIgnoringBom } from '../parse.ts';
import type { SettingsSyntaxError } from '../syntax-errors.ts';
import { lintDevices } from './devices.ts';
import { lintDesktopVersion } from './desktop-version.ts';
import { lintDocument } from './document.ts';
import { lintIsolation } from './isolation.ts';
import { lintNetworkVolumes } from './network-volumes.ts';
import { lintProxies } from './proxy.ts';
import { lintShares } from './shares.ts';
import { lintSocket } from './socket.ts';
import { message } from '../../messages/message.ts';
import { finding, fixOf, Report, type LintContext } from './report.ts';

export type { EntryDigest, LintContext } from './report.ts';
export { closestName } from './closest-name.ts';

/**
 * All findings about a settings text that depend only on the text and its target, sorted by position. Errors
 * are what makes the file unreadable for its target, and block applying; the rest is advice. '' is "no file":
 * no findings. 'socket-image-no-digest' is found only if the context contains the registries' results.
 */
export function lintSettings(text: string, context: LintContext): Finding[] {
  if (text === '' && context.exists !== true) return [];
  const findings: Finding[] = text.startsWith('\uFEFF') ? [bom(text)] : [];
  const parsed = parseIgnoringBom(text);
  if (!parsed.ok) return [...findings, ...parsed.error.map((error) => syntaxFinding(text, error))];
  const report = new Report(parsed.value, context);
  for (const lint of [
    lintDocument,
    lintIsolation,
    lintSocket,
    lintDevices,
    lintNetworkVolumes,
    lintShares,
    lintProxies,
    lintDesktopVersion,
  ])
    lint(report);
  findings.push(...report.findings);
  const rank = { error: 0, warning: 1, note: 2 } as const;
  return findings.toSorted((a, b) => a.range.offset - b.range.offset || rank[a.severity] - rank[b.severity]);
}

/** The text with a finding's fix applied; unchanged if it has none. The finding must be of this very text. */
export const applyFix = (text: string, f: Finding): string =>
  f.fix === undefined ? text : applyEdits(text, f.fix.edits);

function bom(text: string): Finding {
  const edits = [{ offset: 0, length: 1, text: '' }];
  return finding(
    new LineIndex(text.slice(0, 1)),
    'bom',
    'error',
    '',
    { offset: 0, length: 1 },
    message('settings.byte-order-mark-blocks-engine'),
    { fix: { title: message('settings.remove-byte-order-mark'), edits } },
  );
}

function syntaxFinding(text: string, error: SettingsSyntaxError): Finding {
  const code =
    error.code === 'too-large' || error.code === 'too-deep'
      ? 'too-large'
      : error.code === 'not-an-object'
        ? 'wrong-type'
        : 'syntax';
  const { offset, length } = error;
  const fix =
    error.code === 'trailing-comma'
      ? fixOf(message('settings.remove-comma'), [{ offset, length: 1, text: '' }])
      : error.code === 'comment' && text.startsWith('//', offset)
        ? fixOf(message('settings.remove-comment'), [{ offset, length, text: '' }])
        : undefined;
  return {
    code,
    severity: 'error',
    pointer: '',
    message: error.message,
    sentence: error.sentence,
    params: { syntax: error.code, excerpt: error.excerpt },
    range: { offset, length, line: error.line, column: error.column },
    ...(fix === undefined ? {} : { fix }),
  };
}
