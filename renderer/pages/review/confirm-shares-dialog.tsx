import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import OutlinedInput from '@mui/material/OutlinedInput';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { color, fontMono } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { DangerousSharesList } from './dangerous-shares-list.tsx';

/**
 * Consent to sharing the whole file system: each of `paths` has to be typed before it can be applied. Lists
 * the draft's other dangerous directories, too.
 */
export function ConfirmSharesDialog({
  open,
  paths,
  findings,
  onCancel,
  onConfirm,
}: {
  readonly open: boolean;
  readonly paths: readonly string[];
  /** Paths of the plan. */
  readonly findings: readonly Finding[];
  readonly onCancel: () => void;
  /** With what the user has typed for the paths. */
  readonly onConfirm: (typed: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const hasOthers = findings.some(
    ({ code, params }) => code === 'share-dangerous' && !paths.includes(String(params['path'])),
  );
  return (
    <ConfirmDialog
      open={open}
      title={t('review.confirmShare.title')}
      confirm={t('review.confirmShare.confirm')}
      destructive
      beginsInField
      disabled={!paths.every((path) => typed[path] === path)}
      onCancel={() => {
        setTyped({});
        onCancel();
      }}
      onConfirm={() => {
        setTyped({});
        onConfirm(paths.flatMap((path) => typed[path] ?? []));
      }}
    >
      <DialogText>{t('review.confirmShare.why')}</DialogText>
      {hasOthers && (
        <DialogText>
          {t('review.confirmShare.all')}
          <DangerousSharesList findings={findings} />
        </DialogText>
      )}
      {paths.map((path, index) => (
        <Box key={path} sx={{ padding: '12px 24px 0' }}>
          <Box component="label" htmlFor={`${id}${index}`} sx={{ display: 'block', color: color.text }}>
            {t('review.confirmShare.field', { path })}
          </Box>
          <OutlinedInput
            id={`${id}${index}`}
            autoFocus={index === 0}
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
