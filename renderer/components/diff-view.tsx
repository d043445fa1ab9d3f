import { useMemo } from 'react';
import Box from '@mui/material/Box';
import { diffLines } from '../../shared/settings/index.ts';
import { color, fontMono } from '../theme/tokens.ts';

/** Two texts line by line: line numbers of both, a sign, and colour that only repeats the sign. */
export function DiffView({ before, after, label, context = 3, maxHeight, empty }: { readonly before: string; readonly after: string; readonly label: string; readonly context?: number; readonly maxHeight?: number; readonly empty?: string }) {
  const hunks = useMemo(() => diffLines(before, after, context), [before, after, context]);
  return (
    <Box role="group" aria-label={label} tabIndex={0} className="selectable" sx={{ overflow: 'auto', ...(maxHeight === undefined ? {} : { maxHeight }), background: color.subtle, fontFamily: fontMono, fontSize: 12, lineHeight: '20px', padding: '6px 0', '&:focus-visible': { outlineOffset: -2 } }}>
      {hunks.length === 0 && empty !== undefined && <Box sx={{ padding: '0 16px', color: color.text2 }}>{empty}</Box>}
      <Box>
        {hunks.map((hunk, number) => (
          <Box key={`${hunk.beforeStart}-${hunk.afterStart}`} sx={number === 0 ? {} : { borderTop: `1px dashed ${color.borderStrong}`, marginTop: '4px', paddingTop: '4px' }}>
            {hunk.lines.map((line) => (
              <Box key={`${line.before ?? ''}:${line.after ?? ''}`} sx={{ display: 'grid', gridTemplateColumns: '42px 34px 30px minmax(0, 1fr)', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', background: line.kind === 'removed' ? color.dangerSoft : line.kind === 'added' ? color.okSoft : 'transparent', color: line.kind === 'context' ? color.text2 : color.text }}>
                <Box component="span" aria-hidden sx={{ textAlign: 'right', paddingRight: 2, color: color.text3, userSelect: 'none' }}>{line.before}</Box>
                <Box component="span" aria-hidden sx={{ textAlign: 'right', paddingRight: '10px', color: color.text3, userSelect: 'none' }}>{line.after}</Box>
                <Box component="span" sx={{ textAlign: 'center', userSelect: 'none', color: line.kind === 'removed' ? color.danger : color.ok, fontWeight: 600 }}>{line.kind === 'removed' ? '-' : line.kind === 'added' ? '+' : ''}</Box>
                <Box component="span" style={hanging(line.text)} sx={{ paddingRight: 2 }}>{line.text === '' ? ' ' : line.text}</Box>
              </Box>
            ))}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

/** What wraps stands two characters further in than its line. */
function hanging(text: string): { paddingLeft: string; textIndent: string } {
  const indent = Math.min(40, /^ */.exec(text)?.[0].length ?? 0) + 2;
  return { paddingLeft: `${indent}ch`, textIndent: `-${indent}ch` };
}
