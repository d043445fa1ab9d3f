import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { color } from '../../theme/tokens.ts';

/** Secondary text of a cell. */
export function Quiet({ children }: { readonly children: ReactNode }) {
  return (
    <Box component="span" sx={{ fontSize: 12, lineHeight: '16px', color: color.text2 }}>
      {children}
    </Box>
  );
}
