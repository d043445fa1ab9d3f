import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { color } from '../../theme/tokens.ts';

/**
 * Title bar, navigation and the panel with the page, as index.html draws them first (first-paint.css):
 * nothing moves when the first state arrives.
 */
export function WindowFrame({
  titleBar,
  navigation,
  children,
}: {
  readonly titleBar: ReactNode;
  readonly navigation: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column', background: color.shell }}>
      {titleBar}
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
        {navigation}
        <Box
          sx={{
            flex: 1,
            minWidth: 0,
            display: 'flex',
            flexDirection: 'column',
            background: color.bg,
            border: `1px solid ${color.border}`,
            borderRight: 0,
            borderBottom: 0,
            borderTopLeftRadius: '10px',
            overflow: 'hidden',
          }}
        >
          {children}
        </Box>
      </Box>
    </Box>
  );
}
