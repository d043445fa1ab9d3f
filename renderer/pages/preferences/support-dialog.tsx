import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { Mono, PathText } from '../../components/mono.tsx';
import { clauses } from '../../i18n/lists.ts';
import { color, scrollsFrom } from '../../theme/tokens.ts';
import { bytesText } from '../../../shared/containers/bytes.ts';
import type { BundleProgress, ListedBundleEntry } from '../../../shared/support/bundle.ts';
import { redactionKinds } from '../../../shared/support/redact.ts';
import { useSupportBundle, type BundleStage } from './use-support-bundle.ts';

/** Collects a support bundle, shows its contents and what was redacted, and saves it to a chosen file. */
export function SupportDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { stage, save, show } = useSupportBundle(onClose);
  const saved = stage.kind === 'saved';
  return (
    <ConfirmDialog
      open
      title={t('preferences.support.title')}
      width={720}
      cancel={saved || stage.kind === 'failed' ? t('button.close') : t('button.cancel')}
      confirm={saved ? t('preferences.support.show') : t('preferences.support.save')}
      busy={stage.kind === 'collected' && stage.saving}
      disabled={stage.kind === 'collecting' || stage.kind === 'failed'}
      note={stage.kind === 'collected' ? t('preferences.support.nothingSent') : undefined}
      onCancel={onClose}
      onConfirm={() => void (saved ? show() : save())}
    >
      <StageView stage={stage} />
    </ConfirmDialog>
  );
}

function StageView({ stage }: { readonly stage: BundleStage }) {
  const { t } = useTranslation();
  switch (stage.kind) {
    case 'collecting':
      return <Collecting progress={stage.progress} />;
    case 'failed':
      return (
        <Box sx={{ padding: '8px 24px 0' }}>
          <ErrorPanel error={stage.error} />
        </Box>
      );
    case 'saved':
      return (
        <Box sx={{ padding: '8px 24px 0' }}>
          <Notice
            tone="ok"
            live="polite"
            title={t('preferences.support.saved', { size: bytesText(stage.bytes) })}
          >
            <PathText path={stage.path} />
            <Box sx={{ marginTop: '4px' }}>{t('preferences.support.lookThrough')}</Box>
          </Notice>
        </Box>
      );
    case 'collected':
      return (
        <>
          {stage.error !== null && (
            <Box sx={{ padding: '8px 24px 0' }}>
              <ErrorPanel error={stage.error} />
            </Box>
          )}
          <DialogText>{t('preferences.support.lookThrough')}</DialogText>
          <EntryTable entries={stage.entries} />
        </>
      );
  }
}

function Collecting({ progress }: { readonly progress: BundleProgress | null }) {
  const { t } = useTranslation();
  const { read, total } = progress ?? { read: 0, total: null };
  const text =
    progress === null
      ? t('preferences.support.starting')
      : total === null
        ? t('preferences.support.readingState')
        : t('preferences.support.reading', { read, total });
  return (
    <Box sx={{ padding: '8px 24px 0' }}>
      <Box role="status" sx={{ fontSize: 13, lineHeight: '20px', color: color.text2, marginBottom: 1 }}>
        {text}
      </Box>
      <LinearProgress
        aria-label={t('preferences.support.title')}
        {...(total === null
          ? {}
          : { variant: 'determinate' as const, value: total === 0 ? 100 : (100 * read) / total })}
      />
    </Box>
  );
}

function EntryTable({ entries }: { readonly entries: readonly ListedBundleEntry[] }) {
  const { t } = useTranslation();
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const redacted = entries.reduce((sum, entry) => sum + redactionCount(entry), 0);
  const redactions = (entry: ListedBundleEntry) =>
    clauses(
      t,
      redactionKinds.flatMap((kind) => {
        const count = entry.redactions[kind];
        return count === undefined ? [] : [t(`preferences.support.kinds.${kind}`, { count })];
      }),
    );
  return (
    <Box sx={{ margin: '16px 24px 0', border: `1px solid ${color.border}`, borderRadius: '8px' }}>
      <Box
        role="status"
        sx={{ padding: '9px 16px', fontWeight: 600, borderBottom: `1px solid ${color.border}` }}
      >
        {t('preferences.support.summary', {
          count: entries.length,
          size: bytesText(bytes),
          redacted: t('preferences.support.redactedCount', { count: redacted }),
        })}
      </Box>
      <Box
        role="region"
        aria-label={t('preferences.support.files')}
        tabIndex={0}
        sx={{ ...scrollsFrom('min(320px, 40vh)'), '&:focus-visible': { outlineOffset: -2 } }}
      >
        <Table size="small" stickyHeader aria-label={t('preferences.support.files')}>
          <TableHead>
            <TableRow>
              <TableCell>{t('preferences.support.file')}</TableCell>
              <TableCell>{t('preferences.support.redacted')}</TableCell>
              <TableCell align="right">{t('preferences.support.size')}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {entries.map((entry) => (
              <TableRow key={entry.name}>
                <TableCell sx={{ overflowWrap: 'anywhere' }}>
                  <Mono>{entry.name}</Mono>
                  {entry.omittedBytes > 0 && (
                    <Box sx={{ fontSize: 12, lineHeight: '16px', color: color.text3 }}>
                      {t('preferences.support.omitted', { size: bytesText(entry.omittedBytes) })}
                    </Box>
                  )}
                </TableCell>
                <TableCell sx={{ color: redactionCount(entry) === 0 ? color.text3 : color.text2 }}>
                  {redactionCount(entry) === 0 ? t('preferences.support.nothingRedacted') : redactions(entry)}
                </TableCell>
                <TableCell align="right" sx={{ whiteSpace: 'nowrap', color: color.text2 }}>
                  {bytesText(entry.bytes)}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
    </Box>
  );
}

const redactionCount = ({ redactions }: ListedBundleEntry): number =>
  Object.values(redactions).reduce((sum, count) => sum + count, 0);
