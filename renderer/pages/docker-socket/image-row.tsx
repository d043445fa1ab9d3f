import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { EditedMark } from '../../components/edited-mark.tsx';
import { Mono } from '../../components/mono.tsx';

/** Actions of a row; `place` identifies it after the list has changed. */
export function RowActions({ place, children }: { readonly place: number; readonly children: ReactNode }) {
  return <span data-place={place}>{children}</span>;
}

/** A reference as written; it wraps before its parts rather than within them. */
export function Reference({ text }: { readonly text: string }) {
  return (
    <Mono>
      {text.split(/(?=[/@])/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]))}
    </Mono>
  );
}

/** An entry, with a mark if it differs from the applied settings. */
export function Marked({
  mark,
  children,
}: {
  readonly mark?: 'added' | 'edited' | 'removed';
  readonly children: ReactNode;
}) {
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: '12px',
        padding: '6px 0',
        lineHeight: '18px',
      }}
    >
      <span>{children}</span>
      {mark !== undefined && <EditedMark kind={mark} />}
    </Box>
  );
}
