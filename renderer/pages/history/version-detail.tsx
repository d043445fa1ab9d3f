import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useApp, useAppPart, useDraft, useStore } from '../../state/context.tsx';
import { navigationFromHere } from '../../state/router.ts';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { RollbackIcon } from '../../theme/icons.ts';
import { useReadOnlyReason } from '../../components/read-only.ts';
import { protectionOf } from '../../components/protection.ts';
import { useMainVariant } from '../../components/main-variant.ts';
import { LockedNote } from '../../components/setting-row.tsx';
import { useNow } from '../../i18n/clock.ts';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import { enforcementAlarm } from '../../../shared/enforcement/describe.ts';
import { isFileUnreadable, isReplaceable } from '../../../shared/enforcement/enforcement.ts';
import { rollbackText, type HistoryItem } from '../../../shared/settings/history.ts';
import type { CompareWithProps } from './compare-with.tsx';
import { useVersionText } from './use-history.ts';
import { VersionDifference } from './version-difference.tsx';
import { captionOf, authorText, earlierText } from './version-row.tsx';
import { versionState } from './version-state.ts';

/** One version: what it changed, or how it differs from another text, and a roll back to it. */
export function VersionDetail({
  item,
  ...comparison
}: CompareWithProps & {
  /** The version at `place`. */
  readonly item: HistoryItem;
}) {
  const { t } = useTranslation();
  const {
    settings,
    target: { capabilities },
  } = useApp();
  const draft = useDraft();
  const own = useVersionText(
    item.how === 'unreadable' || (item.how === 'unrecorded' && isFileUnreadable(settings))
      ? undefined
      : item.version,
    item.how === 'unrecorded' ? settings.applied : undefined,
  );
  const text = own?.kind === 'read' ? own.text : undefined;
  const target = text === undefined ? undefined : rollbackText(text, settings.exists, capabilities);
  const same = target !== undefined && target === draft.text;
  const canRollBack = !item.current && text !== undefined;
  return (
    <Box
      component="section"
      aria-label={t('history.version', { version: item.version })}
      sx={{ minWidth: 0, display: 'flex', flexDirection: 'column', gap: 2 }}
    >
      <VersionHeader item={item}>
        {canRollBack && <RollbackButton target={target} same={same} />}
      </VersionHeader>
      {item.problem !== null && <ErrorPanel error={item.problem} title={t('history.unreadableTitle')} />}
      {text === null && !item.current && (
        <Notice
          tone="neutral"
          title={t(item.version === 0 ? 'history.noneTitle' : 'history.deletedTitle', {
            version: item.version,
          })}
        >
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
      {own !== null && <VersionDifference own={own} {...comparison} />}
    </Box>
  );
}

/** Number, time and author of a version, and its actions. */
function VersionHeader({ item, children }: { readonly item: HistoryItem; readonly children: ReactNode }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const state = useAppPart((app) => versionState(app, item));
  return (
    <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 2, flexShrink: 0 }}>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="h2">{t('history.version', { version: item.version })}</Typography>
        <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
          {captionOf([
            item.at === null ? '' : dateTime(item.at),
            state === null || state === 'applied' ? '' : t(`history.state.${state}`),
            authorText(t, item, state),
            earlierText(t, item),
            item.eci === null ? '' : item.eci ? t('history.eciOn') : t('history.eciOff'),
          ])}
        </Typography>
      </Box>
      {children}
    </Box>
  );
}

/** Makes `target` the draft and opens its review. `same`: it is the draft already. */
function RollbackButton({ target, same }: { readonly target: string | undefined; readonly same: boolean }) {
  const { t } = useTranslation();
  const mainVariant = useMainVariant();
  const draft = useDraft();
  const store = useStore();
  const lockedBy = useReadOnlyReason();
  const now = useNow();
  // Of a deleted or unusable file nothing can be kept: only of one that another program has edited.
  const keepsNothingOfFile = useAppPart(
    (app) => app.settings.conflict && enforcementAlarm(protectionOf(app, now).enforcement) !== null,
  );
  // An unreadable file is replaced only if its bytes are not text. Otherwise the notice says what to do.
  const isUnreadable = useAppPart(({ settings }) => isFileUnreadable(settings) && !isReplaceable(settings));
  const review = async () => {
    const navigateFromHere = navigationFromHere();
    if (!same && target !== undefined) draft.setText(target);
    if (keepsNothingOfFile) await store.resolveConflict('mine');
    navigateFromHere('review');
  };
  if (lockedBy !== undefined) return <LockedNote by={lockedBy} />;
  return (
    <Button
      variant={mainVariant}
      color="primary"
      startIcon={<RollbackIcon />}
      disabled={target === undefined || isUnreadable}
      onClick={() => {
        void review();
      }}
    >
      {same ? t('history.review') : t('history.rollBack')}
    </Button>
  );
}
