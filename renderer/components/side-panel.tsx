import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { color } from '../theme/tokens.ts';
import { CloseIcon } from '../theme/icons.ts';

/**
 * Detail beside a page, not over it; in narrow windows it covers the page's right part. Esc closes it and
 * returns the focus.
 */
export function SidePanel({
  title,
  subtitle,
  leading,
  onClose,
  takeFocus = true,
  children,
}: {
  readonly title: ReactNode;
  readonly subtitle?: ReactNode;
  readonly leading?: ReactNode;
  readonly onClose: () => void;
  /** False: keeps the focus in the list, for keyboard navigation. */ readonly takeFocus?: boolean;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const id = useId();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!takeFocus) return undefined;
    const before = document.activeElement;
    close.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [takeFocus]);
  return (
    <Box
      component="aside"
      aria-labelledby={id}
      data-region="panel"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
      }}
      sx={{
        width: 416,
        flexShrink: 0,
        boxSizing: 'border-box',
        borderLeft: `1px solid ${color.border}`,
        background: color.subtle,
        overflow: 'auto',
        padding: 3,
        '@media (max-width: 1039.95px)': {
          position: 'absolute',
          maxWidth: '100%',
          right: 0,
          top: 0,
          bottom: 0,
          zIndex: 2,
          boxShadow: `-8px 0 24px ${color.shadow}`,
        },
      }}
    >
      <Box sx={{ display: 'flex', gap: '12px', alignItems: 'flex-start', marginBottom: 2 }}>
        {leading}
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h2" id={id}>
            {title}
          </Typography>
          {subtitle !== undefined && (
            <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
              {subtitle}
            </Typography>
          )}
        </Box>
        <IconButton ref={close} aria-label={t('button.close')} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </Box>
      {children}
    </Box>
  );
}
