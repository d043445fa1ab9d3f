import { useMemo } from 'react';
import Box from '@mui/material/Box';
import { diffLines, type DiffLine } from '../../shared/settings/line-diff.ts';
import { color, fontMono, low, narrow } from '../theme/tokens.ts';
import { useShown } from './show-more.tsx';

/** Lines that are rendered at first, and for each "Show more". */
const atOnce = 500;

/** Two texts line by line: line numbers of both, a sign, and colour that only repeats the sign. */
export function DiffView({
  before,
  after,
  label,
  context = 3,
  maxHeight,
  empty,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
  readonly context?: number;
  readonly maxHeight?: number;
  readonly empty?: string;
}) {
  const lines = useMemo(
    () =>
      diffLines(before, after, context).flatMap((hunk, number) =>
        hunk.map((line, index) => ({ line, gap: number > 0 && index === 0 })),
      ),
    [before, after, context],
  );
  const { shown, more } = useShown(lines, atOnce);
  return (
    <Box
      role="group"
      aria-label={label}
      tabIndex={0}
      className="selectable"
      sx={{
        overflow: 'auto',
        ...(maxHeight === undefined ? {} : { maxHeight, [low]: { maxHeight: 'none' } }),
        background: color.subtle,
        fontFamily: fontMono,
        fontSize: 12,
        lineHeight: '20px',
        padding: '6px 0',
        '&:focus-visible': { outlineOffset: -2 },
      }}
    >
      {lines.length === 0 && empty !== undefined && (
        <Box sx={{ padding: '0 16px', color: color.text2 }}>{empty}</Box>
      )}
      <Box>
        {shown.map(({ line, gap }) => (
          <Line key={`${line.before ?? ''}:${line.after ?? ''}`} line={line} gap={gap} />
        ))}
      </Box>
      {more !== null && <Box sx={{ padding: '4px 8px' }}>{more}</Box>}
    </Box>
  );
}

/** `gap`: equal lines are left out before it. */
function Line({ line, gap }: { readonly line: DiffLine; readonly gap: boolean }) {
  return (
    <Box
      sx={{
        ...(gap
          ? { borderTop: `1px dashed ${color.borderStrong}`, marginTop: '4px', paddingTop: '4px' }
          : {}),
      }}
    >
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: '42px 34px 30px minmax(0, 1fr)',
          [narrow]: { gridTemplateColumns: '30px 24px 16px minmax(0, 1fr)' },
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          background:
            line.kind === 'removed' ? color.dangerSoft : line.kind === 'added' ? color.okSoft : 'transparent',
          color: line.kind === 'context' ? color.text2 : color.text,
        }}
      >
        <Box
          component="span"
          aria-hidden
          sx={{
            textAlign: 'right',
            paddingRight: 2,
            color: color.text3,
            userSelect: 'none',
            [narrow]: { paddingRight: '4px' },
          }}
        >
          {String(line.before ?? '')}
        </Box>
        <Box
          component="span"
          aria-hidden
          sx={{
            textAlign: 'right',
            paddingRight: '10px',
            color: color.text3,
            userSelect: 'none',
            [narrow]: { paddingRight: '4px' },
          }}
        >
          {String(line.after ?? '')}
        </Box>
        <Box
          component="span"
          sx={{
            textAlign: 'center',
            userSelect: 'none',
            color: line.kind === 'removed' ? color.danger : color.ok,
            fontWeight: 600,
          }}
        >
          {line.kind === 'removed' ? '-' : line.kind === 'added' ? '+' : ''}
        </Box>
        <Box component="span" style={hanging(line.text)} sx={{ paddingRight: 2 }}>
          {line.text === '' ? ' ' : line.text}
        </Box>
      </Box>
    </Box>
  );
}

/** Wrapped text is indented by two more characters. */
function hanging(text: string): { paddingLeft: string; textIndent: string } {
  const indent = Math.min(40, /^ */.exec(text)?.[0].length ?? 0) + 2;
  return { paddingLeft: `${indent}ch`, textIndent: `-${indent}ch` };
}
