import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { color } from '../../theme/tokens.ts';

/** Height of the lines of an expanded row, px. */
export const factLine = 20;
/** Cut off with an ellipsis. */
export const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

/**
 * One fact of an expanded row, which takes no more lines than its text has. Text beyond `lines` is cut off;
 * `text` is the whole of it. `link` follows it and is never cut off.
 */
export function RowFact({
  label,
  text,
  lines = 1,
  link,
  children,
}: {
  readonly label: string;
  readonly text: string | undefined;
  readonly lines?: number;
  readonly link?: ReactNode;
  readonly children: ReactNode;
}) {
  const room = lines === 1 ? { height: factLine } : { maxHeight: lines * factLine };
  return (
    <>
      <Box component="dt" sx={{ ...room, color: color.text3 }}>
        {label}
      </Box>
      <Box
        component="dd"
        sx={{ ...room, margin: 0, minWidth: 0, display: 'flex', alignItems: 'flex-start', gap: 1 }}
      >
        <Box
          component="span"
          className="selectable"
          title={text}
          sx={{
            minWidth: 0,
            ...(lines === 1
              ? oneLine
              : {
                  display: '-webkit-box',
                  WebkitLineClamp: lines,
                  WebkitBoxOrient: 'vertical',
                  overflow: 'hidden',
                  overflowWrap: 'anywhere',
                }),
          }}
        >
          {children}
        </Box>
        {link !== undefined && (
          <Box component="span" sx={{ flexShrink: 0 }}>
            {link}
          </Box>
        )}
      </Box>
    </>
  );
}
