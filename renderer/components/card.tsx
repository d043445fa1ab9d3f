import { useId, type ReactNode } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { settingAnchor } from './linked-setting.ts';
import { color, size, stacked } from '../theme/tokens.ts';

/** A bordered group with an optional head of 40 px: title, a caption beside it, actions at the right. */
export function Card({
  title,
  note,
  actions,
  children,
  busy = false,
  pointer,
}: {
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly busy?: boolean;
  /** JSON pointer of the setting that it shows. */ readonly pointer?: string | undefined;
}) {
  const id = useId();
  return (
    <Box
      component="section"
      {...settingAnchor(pointer)}
      aria-labelledby={title === undefined ? undefined : id}
      aria-busy={busy || undefined}
      sx={{
        background: color.card,
        border: `1px solid ${color.border}`,
        borderRadius: `${size.radiusCard}px`,
        overflow: 'hidden',
        minWidth: 0,
      }}
    >
      {title !== undefined && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1,
            minHeight: size.cardHead,
            padding: '0 16px',
            borderBottom: `1px solid ${color.border}`,
            boxSizing: 'border-box',
            // A caption breaks beside the title; actions that do not fit go below it.
            ...(note === undefined ? { flexWrap: 'wrap', rowGap: 0 } : {}),
            [stacked]: { flexWrap: 'wrap', paddingBlock: '4px' },
          }}
        >
          {/* A title of two lines keeps a distance from the borders. */}
          <Typography variant="h3" component="h2" id={id} sx={{ color: color.text, paddingBlock: '6px' }}>
            {title}
          </Typography>
          {note !== undefined && (
            <Typography variant="caption" component="span" sx={{ color: color.text3 }}>
              {note}
            </Typography>
          )}
          {actions !== undefined && (
            <Box
              sx={{
                marginLeft: 'auto',
                display: 'flex',
                alignItems: 'center',
                gap: 1,
                // Below the title, they keep a distance from the border.
                paddingBlock: '3px',
                [stacked]: { flexWrap: 'wrap', justifyContent: 'flex-end', paddingBlock: 0 },
                color: color.text3,
                fontSize: 12,
              }}
            >
              {actions}
            </Box>
          )}
        </Box>
      )}
      {children}
    </Box>
  );
}

/** Padded content of a card. */
export function CardBody({ children }: { readonly children: ReactNode }) {
  return <Box sx={{ padding: 2 }}>{children}</Box>;
}

/**
 * A row of a card: separated by a line from the one above, marked if it differs from the applied settings.
 */
export function Row({
  children,
  edited = false,
  dense = false,
  pointer,
}: {
  readonly children: ReactNode;
  readonly edited?: boolean;
  readonly dense?: boolean;
  /** JSON pointer of the setting that it edits. */ readonly pointer?: string | undefined;
}) {
  return (
    <Box
      data-row
      {...settingAnchor(pointer)}
      data-edited={edited || undefined}
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        minHeight: dense ? 35 : 55,
        padding: dense ? '0 16px' : '8px 16px',
        boxSizing: 'border-box',
        background: edited ? color.edited : 'transparent',
        // Controls that do not fit beside the text wrap below it.
        [stacked]: dense ? {} : { flexWrap: 'wrap', justifyContent: 'flex-end', rowGap: '8px' },
        '[data-row] + &': { borderTop: `1px solid ${color.border}` },
      }}
    >
      {children}
    </Box>
  );
}

/** Two lines: name and explanation. */
export function RowText({
  primary,
  secondary,
  strong = true,
}: {
  readonly primary: ReactNode;
  readonly secondary?: ReactNode;
  readonly strong?: boolean;
}) {
  return (
    <Box sx={{ flex: 1, minWidth: 0, [stacked]: { flexBasis: 184 } }}>
      <Typography component="div" sx={{ color: color.text, fontWeight: strong ? 600 : 400 }}>
        {primary}
      </Typography>
      {secondary !== undefined && (
        <Typography
          variant="caption"
          component="div"
          sx={{ color: color.text2, marginTop: '2px', maxWidth: 720, overflowWrap: 'anywhere' }}
        >
          {secondary}
        </Typography>
      )}
    </Box>
  );
}

/** Facts as label and value. */
export function Facts({
  items,
}: {
  readonly items: readonly { readonly label: string; readonly value: ReactNode }[];
}) {
  return (
    <Box
      component="dl"
      sx={{
        display: 'grid',
        gridTemplateColumns: 'minmax(56px, auto) minmax(0, 1fr)',
        columnGap: 2,
        rowGap: '10px',
        margin: 0,
        fontSize: 12,
        lineHeight: '16px',
      }}
    >
      {items.map(({ label, value }) => (
        <Box key={label} sx={{ display: 'contents' }}>
          <Box component="dt" sx={{ color: color.text3 }}>
            {label}
          </Box>
          <Box
            component="dd"
            className="selectable"
            sx={{ margin: 0, color: color.text, overflowWrap: 'anywhere' }}
          >
            {value}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
