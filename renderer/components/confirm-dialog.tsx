import { useCallback, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Dialog from '@mui/material/Dialog';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { color, low } from '../theme/tokens.ts';

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** A verb, with the number of objects: "Remove 2 containers". */
  readonly confirm: string;
  readonly destructive?: boolean;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly cancel?: string;
  /** Another destructive choice, which is confirmed elsewhere. */
  readonly other?: { readonly label: string; readonly onChoose: () => void } | undefined;
  /** Summary of the choice, left of the buttons. */
  readonly note?: ReactNode;
  readonly width?: number;
  /** The initial focus is in a field of the dialog, which has `autoFocus`, not on Cancel. */
  readonly beginsInField?: boolean;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}

/**
 * Confirmation dialog. The initial focus is on Cancel, or with `beginsInField` in a field. A destructive
 * button is outlined in danger text, is never focused initially, and is not triggered by Enter elsewhere in
 * the dialog. On Windows the main button is first, as in the system's dialogs.
 */
export function ConfirmDialog({
  open,
  title,
  children,
  confirm,
  destructive = false,
  busy = false,
  cancel,
  other,
  note,
  onCancel,
  onConfirm,
  width = 520,
  disabled = false,
  beginsInField = false,
}: ConfirmDialogProps) {
  const { t } = useTranslation();
  const id = useId();
  const cancelButton = useRef<HTMLButtonElement | null>(null);
  // At once, so that a key pressed during the fade-in reaches Cancel; and again after the transition, in case
  // a closing menu took the focus.
  const focusCancel = useCallback(
    (button: HTMLButtonElement | null) => {
      cancelButton.current = button;
      if (!beginsInField) button?.focus({ preventScroll: true });
    },
    [beginsInField],
  );
  const buttons = [
    <Button key="cancel" ref={focusCancel} disabled={busy} onClick={onCancel}>
      {cancel ?? t('button.cancel')}
    </Button>,
    <Button
      key="confirm"
      variant={destructive ? 'outlined' : 'contained'}
      color={destructive ? 'error' : 'primary'}
      disabled={busy || disabled}
      onClick={onConfirm}
      {...(busy ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> } : {})}
    >
      {confirm}
    </Button>,
  ];
  const otherButton = other !== undefined && (
    <Button color="error" disabled={busy} onClick={other.onChoose}>
      {other.label}
    </Button>
  );
  const mainFirst = navigator.userAgent.includes('Windows');
  return (
    <Dialog
      open={open}
      onClose={() => {
        if (!busy) onCancel();
      }}
      aria-labelledby={id}
      slotProps={{
        paper: { sx: { width, maxWidth: 'calc(100% - 32px)', [low]: { maxWidth: 'calc(100% - 16px)' } } },
        transition: {
          onEntered: () => {
            const dialog = cancelButton.current?.closest('[role="dialog"]');
            // Not from a field of the dialog in which the user types already.
            if (dialog?.contains(document.activeElement) !== true) cancelButton.current?.focus();
          },
        },
      }}
    >
      <DialogTitle id={id}>{title}</DialogTitle>
      <Box sx={{ overflow: 'auto', minHeight: 0, paddingBottom: 2 }}>{children}</Box>
      <DialogFooter note={note}>
        {otherButton}
        {mainFirst ? buttons.toReversed() : buttons}
      </DialogFooter>
    </Dialog>
  );
}

function DialogFooter({ note, children }: { readonly note: ReactNode; readonly children: ReactNode }) {
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 1,
        padding: '14px 24px',
        [low]: { padding: '6px 24px', '& .MuiButton-root': { height: 28 } },
        borderTop: `1px solid ${color.border}`,
        background: color.subtle,
      }}
    >
      <Typography
        variant="caption"
        component="div"
        role="status"
        sx={{ flex: 1, minWidth: 0, color: color.text2 }}
      >
        {note}
      </Typography>
      {children}
    </Box>
  );
}

/** Text of a confirmation dialog, with the dialog's side padding. */
export function DialogText({ children }: { readonly children: ReactNode }) {
  return (
    <Typography component="div" sx={{ padding: '8px 24px 0', color: color.text2 }}>
      {children}
    </Typography>
  );
}
