import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { color, fontMono } from '../../theme/tokens.ts';

/** Consent to sharing the whole file system: each of `paths` is typed before it can be applied. */
export function ConfirmSharesDialog({
  open,
  paths,
  onCancel,
  onConfirm,
}: {
  readonly open: boolean;
  readonly paths: readonly string[];
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  return (
    <ConfirmDialog
      open={open}
      title={t('review.confirmShare.title')}
      confirm={t('review.confirmShare.confirm')}
      destructive
      disabled={!paths.every((path) => typed[path] === path)}
      onCancel={() => {
        setTyped({});
        onCancel();
      }}
      onConfirm={() => {
        setTyped({});
        onConfirm();
      }}
    >
      <DialogText>{t('review.confirmShare.why')}</DialogText>
      {paths.map((path, index) => (
        <Box key={path} sx={{ padding: '12px 24px 0' }}>
          <Box component="label" htmlFor={`${id}${index}`} sx={{ display: 'block', color: color.text }}>
            {t('review.confirmShare.field', { path })}
          </Box>
          <OutlinedInput
            id={`${id}${index}`}
            value={typed[path] ?? ''}
            onChange={(event) => {
              setTyped({ ...typed, [path]: event.target.value });
            }}
            sx={{ marginTop: '4px', '& input': { fontFamily: fontMono, fontSize: 12 } }}
            inputProps={{ spellCheck: false, autoCapitalize: 'off', autoComplete: 'off' }}
          />
        </Box>
      ))}
    </ConfirmDialog>
  );
}
