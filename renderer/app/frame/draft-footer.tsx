import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';
import Typography from '@mui/material/Typography';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { Dot } from '../../components/edited-mark.tsx';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { LockedNote, withLock } from '../../components/setting-row.tsx';
import { FooterBar, footerNote } from '../../components/page.tsx';
import { color, narrow } from '../../theme/tokens.ts';
import { useAppPart, useDraft, useDraftPart, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { DraftView } from '../../state/draft-view.ts';
import { manifests } from '../../pages/manifests.ts';
import { navigate, useRoute } from '../../state/router.ts';
import { labelled } from '../../i18n/lists.ts';
import { translateError } from '../../i18n/translate.ts';

/** Bar at the bottom, shown while the draft differs from the applied settings. */
export function DraftFooter() {
  const draft = useDraft();
  const { page } = useRoute();
  const [confirming, setConfirming] = useState(false);
  // Hidden during an apply.
  const visible = draft.dirty && manifests[page].ownFooter !== true && draft.readOnly !== 'applying';
  return (
    <>
      {visible && (
        <DraftBar
          onDiscard={() => {
            setConfirming(true);
          }}
        />
      )}
      <DiscardDialog
        open={confirming}
        onClose={() => {
          setConfirming(false);
        }}
      />
      <DiscardedNotice />
    </>
  );
}

/** Number of changes in the draft, with Discard and Review. */
function DraftBar({ onDiscard }: { readonly onDiscard: () => void }) {
  const { t } = useTranslation();
  const lockedBy = useReadOnlyReason();
  const conflict = useAppPart(({ settings }) => settings.conflict);
  const draft = useDraft();
  const count = draft.changes.length;
  const broken = draft.draft.syntax.length > 0;
  const errors = errorCount(draft);
  return (
    <FooterBar label={t('frame.footer.label')}>
      <Dot />
      <Typography role="status" sx={{ fontWeight: 600, marginLeft: 1, [narrow]: { flex: 1 } }}>
        {broken
          ? t('frame.footer.broken')
          : count === 0
            ? t('frame.footer.formatting')
            : t('frame.footer.changes', { count })}
      </Typography>
      <DraftNote broken={broken} errors={errors} />
      {lockedBy !== undefined && <LockedNote by={lockedBy} />}
      <Button
        variant="text"
        disabled={lockedBy !== undefined}
        aria-label={withLock(t, t('button.discard'), lockedBy)}
        onClick={onDiscard}
      >
        {t('button.discard')}
      </Button>
      <Button
        // Then the page offers the fix, and its button is the primary one.
        variant={broken || errors > 0 || conflict ? 'outlined' : 'contained'}
        color="primary"
        disabled={broken || conflict}
        sx={{ marginLeft: 1 }}
        onClick={() => {
          navigate('review');
        }}
      >
        {t('frame.footer.review')}
      </Button>
    </FooterBar>
  );
}

/** Number of findings that block the apply. */
const errorCount = ({ findings }: Pick<DraftView, 'findings'>): number =>
  findings.filter(({ severity }) => severity === 'error').length;

/** The error of saving or discarding the draft; otherwise what applying it involves. */
function DraftNote({ broken, errors }: { readonly broken: boolean; readonly errors: number }) {
  const { t } = useTranslation();
  const draftError = useSnapshotPart((snapshot) => snapshot.draftError);
  const discarded = useSnapshotPart((snapshot) => snapshot.discarded);
  const restarts = useAppPart(({ target }) => target.capabilities.restarts);
  const draft = useDraft();
  const failure = (): string | null => {
    if (draftError !== null)
      return labelled(t, t('frame.footer.notSaved'), translateError(draftError).message);
    return discarded?.error
      ? labelled(t, t('frame.footer.notDiscarded'), translateError(discarded.error).message)
      : null;
  };
  const consequence = (): string => {
    if (broken) return t('frame.footer.brokenWhy');
    if (errors > 0) return t('frame.footer.errors', { count: errors });
    if (restarts === 'application') return t('target.footer');
    return draft.restartNeeded ? t('frame.footer.restart') : t('frame.footer.atOnce');
  };
  const failed = failure();
  return (
    <Typography
      sx={{
        color: failed === null ? color.text2 : color.danger,
        marginLeft: 1,
        ...footerNote,
      }}
    >
      {failed ?? consequence()}
    </Typography>
  );
}

function DiscardDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const store = useStore();
  const count = useDraftPart((draft) => draft.changes.length);
  return (
    <ConfirmDialog
      open={open}
      destructive
      title={t('frame.discard.title', { count: Math.max(1, count) })}
      confirm={t('frame.discard.confirm', { count: Math.max(1, count) })}
      cancel={t('button.keepEditing')}
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        void store.discard();
      }}
    >
      <DialogText>{t('frame.discard.body')}</DialogText>
    </ConfirmDialog>
  );
}

/** Notice after a discard, with Undo. */
function DiscardedNotice() {
  const { t } = useTranslation();
  const store = useStore();
  const dirty = useDraftPart((draft) => draft.dirty);
  const discarded = useSnapshotPart((snapshot) => snapshot.discarded);
  /** The discard whose notice was dismissed. */
  const [read, setRead] = useState(discarded);
  return (
    <Snackbar
      open={discarded?.error === null && discarded !== read && !dirty}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
      autoHideDuration={8000}
      onClose={(_, reason) => {
        if (reason !== 'clickaway') setRead(discarded);
      }}
      message={t('frame.discard.done')}
      action={
        <Button
          size="small"
          variant="text"
          sx={{ color: 'inherit', textDecoration: 'underline' }}
          onClick={() => {
            store.undo();
          }}
        >
          {t('button.undo')}
        </Button>
      }
    />
  );
}
