import type { ReactNode } from 'react';
import Box from '@mui/material/Box';
import { color, fontMono } from '../theme/tokens.ts';

/**
 * Code, paths, images, keys: JetBrains Mono, ligatures off, selectable. Breaks anywhere rather than overflow
 * unless `nowrap`.
 */
export function Mono({
  children,
  size = 12,
  dim = false,
  nowrap = false,
  title,
}: {
  readonly children?: ReactNode;
  readonly size?: number;
  readonly dim?: boolean;
  readonly nowrap?: boolean;
  readonly title?: string;
}) {
  return (
    <Box
      component="span"
      className="mono selectable"
      title={title}
      sx={{
        fontFamily: fontMono,
        fontSize: size,
        lineHeight: 'inherit',
        color: dim ? color.text3 : 'inherit',
        overflowWrap: nowrap ? 'normal' : 'anywhere',
        ...(nowrap ? { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' } : {}),
      }}
    >
      {children}
    </Box>
  );
}

/** A path that may break after its slashes, not within a name. */
export function PathText({ path }: { readonly path: string }) {
  return (
    <Mono>
      {path
        .split('/')
        .flatMap((part, index) =>
          index === 0
            ? [part]
            : index === 1 && path.startsWith('/')
              ? ['/', part]
              : ['/', <wbr key={index} />, part],
        )}
    </Mono>
  );
}

/** A key on the keyboard. */
export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <Box
      component="kbd"
      sx={{
        fontFamily: 'inherit',
        fontSize: 12,
        lineHeight: '16px',
        padding: '0 5px',
        border: `1px solid ${color.borderStrong}`,
        borderRadius: '4px',
        color: color.text3,
        background: color.subtle,
      }}
    >
      {children}
    </Box>
  );
}

/** A neutral label in a box: "Symlink", "Privileged, confined". */
export function Tag({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  return (
    <Box
      component="span"
      title={title}
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        height: 20,
        padding: '0 6px',
        border: `1px solid ${color.border}`,
        borderRadius: '4px',
        background: color.subtle,
        color: color.text2,
        fontSize: 12,
        lineHeight: '16px',
        whiteSpace: 'nowrap',
      }}
    >
      {children}
    </Box>
  );
}

/** Text with `code` between backticks, as in the catalogue. */
export function withCode(text: string): ReactNode {
  const parts = text.split('`');
  return parts.length === 1
    ? text
    : parts.map((part, index) => (index % 2 === 1 ? <Mono key={index}>{part}</Mono> : part));
}
