import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { onFirstClick } from './first-click.ts';
import { color } from '../theme/tokens.ts';
import { UndoIcon } from '../theme/icons.ts';

/** The dot that means "differs from the applied settings". */
export function Dot({ label }: { readonly label?: string }) {
  return (
    <Box
      component="span"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined || undefined}
      sx={{
        display: 'inline-block',
        width: 6,
        height: 6,
        borderRadius: '50%',
        background: color.accentText,
        flexShrink: 0,
        '@media (forced-colors: active)': { background: 'Highlight' },
      }}
    />
  );
}

/** "● Edited": marks the one field that changed. */
export function EditedMark({ kind = 'edited' }: { readonly kind?: 'added' | 'edited' | 'removed' }) {
  const { t } = useTranslation();
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: '6px',
        color: color.accentText,
        fontWeight: 500,
        fontSize: 12,
        lineHeight: '16px',
        whiteSpace: 'nowrap',
      }}
    >
      <Dot />
      {t(`mark.${kind}`)}
    </Box>
  );
}

/** Undo button of one change. */
export function UndoChange({ name, onUndo }: { readonly name: string; readonly onUndo: () => void }) {
  const { t } = useTranslation();
  return (
    <Tooltip title={t('mark.undo')}>
      <span>
        <IconButton
          aria-label={t('mark.undoNamed', { name })}
          onClick={onFirstClick(onUndo)}
          sx={{ color: color.accentText }}
        >
          <UndoIcon />
        </IconButton>
      </span>
    </Tooltip>
  );
}
