import type { Diagnostic } from '@codemirror/lint';
import type { EditorState } from '@codemirror/state';
import type { Finding } from '../../../shared/settings/index.ts';
import { OffsetMap } from './offsets.ts';

/** Maximum number of findings underlined in the text; the list below the editor has all of them. */
const maxDiagnostics = 500;

const severity = { error: 'error', warning: 'warning', note: 'info' } as const;

export interface DiagnosticTexts {
  readonly findingText: (finding: Finding) => string;
  /** Applies a finding's fix; undefined if nothing can be edited. */
  readonly onFix: ((finding: Finding) => void) | undefined;
  readonly fixLabel: (fix: NonNullable<Finding['fix']>) => string;
}

/** CodeMirror's diagnostics for the findings of `lintedText`. */
export function toDiagnostics(
  state: EditorState,
  lintedText: string,
  findings: readonly Finding[],
  { findingText, onFix, fixLabel }: DiagnosticTexts,
): Diagnostic[] {
  const length = state.doc.length;
  const map = new OffsetMap(lintedText, state.lineBreak);
  const at = (offset: number) => Math.min(length, map.position(offset));
  return findings.slice(0, maxDiagnostics).map((finding): Diagnostic => ({
    from: at(finding.range.offset),
    to: at(finding.range.offset + finding.range.length),
    severity: severity[finding.severity],
    message: findingText(finding),
    ...(finding.fix === undefined || onFix === undefined
      ? {}
      : {
          actions: [
            {
              name: fixLabel(finding.fix),
              apply: () => {
                onFix(finding);
              },
            },
          ],
        }),
  }));
}
