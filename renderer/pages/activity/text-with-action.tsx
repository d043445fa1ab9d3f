import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { color } from '../../theme/tokens.ts';

/** A paragraph of a card, with a button at its end. */
export function TextWithAction({
  children,
  action,
}: {
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, padding: 2, color: color.text2 }}>
      <Box sx={{ flex: 1, minWidth: 0 }}>{children}</Box>
      {action}
    </Box>
  );
}
