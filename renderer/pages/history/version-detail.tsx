import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { ChangesModeToggle, ChangesView, type ChangesMode } from '../../components/changes-view.tsx';
import { LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { CopyIcon, RollbackIcon } from '../../theme/icons.ts';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { useMainVariant } from '../../components/main-variant.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import { diffSettings } from '../../../shared/settings/index.ts';
import { rollbackText, type HistoryItem } from '../../../shared/settings/history.ts';
import { useVersionText, type VersionText } from './use-history.ts';
import { captionOf, authorText } from './version-row.tsx';

export const comparisons = ['previous', 'applied', 'draft'] as const;
export type Comparison = (typeof comparisons)[number];

/**
 * One version: what it changed, or how it differs from what is applied or drafted, and the way back to it.
 */
export function VersionDetail({
  item,
  previous,
  against,
  onAgainst,
}: {
  readonly item: HistoryItem;
  readonly previous: HistoryItem | undefined;
  readonly against: Comparison;
  readonly onAgainst: (next: Comparison) => void;
}) {
  const { t } = useTranslation();
  const mainVariant = useMainVariant();
  const { dateTime } = useFormats();
  const {
    settings,
    target: { capabilities },
  } = useApp();
  const draft = useDraft();
  const lockedBy = useReadOnlyReason();
  const [mode, setMode] = useState<ChangesMode>('json');
  const own = useVersionText(
    item.how === 'unreadable' ? undefined : item.version,
    item.how === 'unrecorded' ? settings.applied : undefined,
  );
  const comparable = previous !== undefined && previous.how !== 'unreadable';
  const before = useVersionText(against === 'previous' && comparable ? previous.version : undefined);
  // What a version changed reads from the one before to it; a comparison with now, from now to what going
  // back would give.
  const from: VersionText | null =
    against === 'previous'
      ? previous === undefined
        ? { kind: 'read', text: null }
        : before
      : { kind: 'read', text: against === 'applied' ? settings.applied : draft.text };
  const fromName =
    against === 'previous'
      ? previous === undefined
        ? t('history.none')
        : t('history.version', { version: previous.version })
      : against === 'applied'
        ? t('history.appliedText')
        : t('history.draftText');
  const text = own?.kind === 'read' ? own.text : undefined;
  const target = text === undefined ? undefined : rollbackText(text, settings.exists, capabilities);
  const same = target !== undefined && target === draft.text;
  const canRollBack = !item.current && text !== undefined;

  const rollBack = () => {
    if (target === undefined) return;
    draft.setText(target);
    navigate('review');
  };
  return (
    <Box
      component="section"
      aria-label={t('history.version', { version: item.version })}
      sx={{ minWidth: 0, minHeight: 0, display: 'flex', flexDirection: 'column', gap: 2 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 2, flexShrink: 0 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h2">{t('history.version', { version: item.version })}</Typography>
          <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
            {captionOf([
              item.at === null ? '' : dateTime(item.at),
              authorText(t, item),
              item.eci === null ? '' : item.eci ? t('history.eciOn') : t('history.eciOff'),
            ])}
          </Typography>
        </Box>
        {lockedBy !== undefined && canRollBack ? (
          <LockedNote by={lockedBy} />
        ) : (
          canRollBack && (
            <Button
              variant={mainVariant}
              color="primary"
              startIcon={<RollbackIcon />}
              onClick={
                same
                  ? () => {
                      navigate('review');
                    }
                  : rollBack
              }
            >
              {same ? t('history.review') : t('history.rollBack')}
            </Button>
          )
        )}
      </Box>
      {item.problem !== null && <ErrorPanel error={item.problem} title={t('history.unreadableTitle')} />}
      {text === null && !item.current && (
        <Notice tone="neutral" title={t('history.noneTitle')}>
          {settings.exists
            ? t(capabilities.fileEnforcesSignIn ? 'history.noneRemoves' : 'history.noneMeans')
            : t('history.noneNow')}
        </Notice>
      )}
      {canRollBack && !same && draft.dirty && (
        <Notice tone="neutral" title={t('history.replaces')}>
          {t('history.replacesWhy')}
        </Notice>
      )}
      {own !== null && (
        <Card
          title={t('history.compare')}
          actions={
            <>
              <ToggleButtonGroup
                exclusive
                value={against}
                aria-label={t('history.against')}
                sx={{ height: 28, '& .MuiToggleButton-root': { height: 24 } }}
                onChange={(_, next: Comparison | null) => {
                  if (next !== null) onAgainst(next);
                }}
              >
                <ToggleButton value="previous" disabled={item.how === 'none'}>
                  {t('history.previous')}
                </ToggleButton>
                <ToggleButton value="applied">{t('history.appliedShort')}</ToggleButton>
                <ToggleButton value="draft" disabled={!draft.dirty}>
                  {t('history.draftShort')}
                </ToggleButton>
              </ToggleButtonGroup>
              <ChangesModeToggle mode={mode} onChange={setMode} />
              {text !== undefined && text !== null && <CopyText text={text} />}
            </>
          }
        >
          <Difference
            from={from}
            to={own}
            fromName={fromName}
            toName={t('history.version', { version: item.version })}
            mode={mode}
          />
        </Card>
      )}
    </Box>
  );
}

function Difference({
  from,
  to,
  fromName,
  toName,
  mode,
}: {
  readonly from: VersionText | null;
  readonly to: VersionText;
  readonly fromName: string;
  readonly toName: string;
  readonly mode: ChangesMode;
}): ReactNode {
  const { t } = useTranslation();
  const before = from?.kind === 'read' ? (from.text ?? '') : null;
  const after = to.kind === 'read' ? (to.text ?? '') : null;
  const changes = useMemo(
    () => (before === null || after === null ? [] : diffSettings(before, after)),
    [before, after],
  );
  if (to.kind === 'failed')
    return (
      <Box sx={{ padding: 2 }}>
        <ErrorPanel error={to.error} />
      </Box>
    );
  if (from === null)
    return <Box sx={{ padding: 2, color: color.text2 }}>{t('history.previousUnreadable')}</Box>;
  if (from.kind === 'failed')
    return (
      <Box sx={{ padding: 2 }}>
        <ErrorPanel error={from.error} />
      </Box>
    );
  if (before === null || after === null) return <LoadingRows rows={6} height={20} />;
  const changeCount =
    changes.length === 0
      ? t('review.changes.formatting')
      : t('review.changes.count', { count: changes.length });
  return (
    <>
      <Box
        sx={{
          padding: '5px 16px',
          fontSize: 12,
          lineHeight: '16px',
          color: color.text3,
          borderBottom: `1px solid ${color.border}`,
          background: color.subtle,
        }}
      >
        {t('history.legend', { from: fromName, to: toName })}
        {before !== after && ` · ${changeCount}`}
      </Box>
      <ChangesView
        before={before}
        after={after}
        changes={changes}
        mode={mode}
        label={t('history.diff', { from: fromName, to: toName })}
        maxHeight={520}
        empty={t('history.same')}
      />
    </>
  );
}

function CopyText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const store = useStore();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    setCopied((await store.request('clipboard:write', { text })).ok);
  };
  return (
    <Button
      size="small"
      variant="text"
      startIcon={<CopyIcon />}
      disabled={text.length > 1_000_000}
      aria-label={t('history.copy')}
      onClick={() => {
        void copy();
      }}
      onBlur={() => {
        setCopied(false);
      }}
    >
      {copied ? t('button.copied') : t('button.copy')}
    </Button>
  );
}
