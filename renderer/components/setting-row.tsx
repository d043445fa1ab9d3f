import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { color } from '../theme/tokens.ts';
import { Row } from './card.tsx';
import { EditedMark, UndoChange } from './edited-mark.tsx';
import { LockIcon } from '../theme/icons.ts';
import { lockedName } from '../i18n/lists.ts';

/** "Locked by …" with a padlock: shows the value as text instead of a control. */
export function LockedNote({ by }: { readonly by: string }) {
  const { t } = useTranslation();
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: '6px',
        color: color.text3,
        fontSize: 12,
        lineHeight: '16px',
      }}
    >
      <LockIcon sx={{ fontSize: 16 }} aria-hidden />
      {t('locked.by', { who: by })}
    </Box>
  );
}

/** A control's accessible name with what locks it, if it is locked. */
export const withLock = (t: TFunction, name: string, lockedBy: string | undefined): string =>
  lockedBy === undefined ? name : lockedName(t, name, lockedBy);

/**
 * One on/off setting: name, explanation, the switch; marked and with Undo if it differs from the applied
 * settings.
 */
export function SettingRow({
  name,
  description,
  checked,
  onChange,
  edited = false,
  onUndo,
  lockedBy,
  unavailable,
  pointer,
  children,
}: {
  readonly name: string;
  readonly description?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly edited?: boolean;
  readonly onUndo?: () => void;
  /** The file or administrator that locks it, shown; the row is not clickable then. */
  readonly lockedBy?: string | undefined;
  /** Why it can't be turned on here: no switch, disabled text. */
  readonly unavailable?: string | undefined;
  /** Its JSON pointer, for links to it. */
  readonly pointer?: string;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  const id = useId();
  const locked = lockedBy !== undefined;
  return (
    <Row edited={edited} pointer={pointer}>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography
          component="div"
          id={`${id}-name`}
          sx={{ fontWeight: 600, color: unavailable === undefined ? color.text : color.text3 }}
        >
          {name}
        </Typography>
        <Typography
          variant="caption"
          component="div"
          id={`${id}-text`}
          sx={{
            color: unavailable === undefined ? color.text2 : color.text3,
            marginTop: '2px',
            maxWidth: 720,
          }}
        >
          {unavailable ?? description}
        </Typography>
        {children}
      </Box>
      {edited && <EditedMark />}
      {edited && onUndo !== undefined && !locked && <UndoChange name={name} onUndo={onUndo} />}
      {locked && unavailable === undefined && <LockedNote by={lockedBy} />}
      {unavailable === undefined && (
        <Switch
          checked={checked}
          disabled={locked}
          onChange={(_, value) => {
            onChange(value);
          }}
          slotProps={{
            input: {
              'aria-labelledby': `${id}-name`,
              'aria-describedby': `${id}-text`,
              role: 'switch',
              ...(locked ? { 'aria-label': withLock(t, name, lockedBy), 'aria-labelledby': undefined } : {}),
            },
          }}
        />
      )}
    </Row>
  );
}
