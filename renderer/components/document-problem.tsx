import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useAppPart, useDraft, useSnapshotPart, useStore } from '../state/context.tsx';
import { navigate } from '../state/router.ts';
import type { DocumentView } from '../state/draft-view.ts';
import type { SettingsSyntaxError } from '../../shared/settings/index.ts';
import { color, fontMono } from '../theme/tokens.ts';
import { Card } from './card.tsx';
import { enforcementIn } from './protection.ts';
import { useMissingRoot } from './missing-root.tsx';
import { ErrorPanel, Notice } from './error-panel.tsx';
import { useReadOnlyReason } from './read-only.ts';
import { LockedNote, withLock } from './setting-row.tsx';
import { enforcementAlarm } from '../../shared/enforcement/describe.ts';
import { isFileUnreadable } from '../../shared/enforcement/enforcement.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { message } from '../../shared/messages/message.ts';
import { isNotText, type AppError } from '../../shared/result.ts';
import { reasonOrMessage, translateMessage, translateText } from '../i18n/translate.ts';

/**
 * Shown in place of a page that needs the document while that cannot be used: where the error is, and how to
 * fix it. Null if it can be used.
 */
export function useDocumentProblem(): React.ReactNode {
  const { t } = useTranslation();
  const store = useStore();
  const settings = useAppPart((app) => app.settings);
  // The alarm above every page says that the file is unusable, and what is enforced instead.
  const hasAlarm = useAppPart((app) => enforcementAlarm(enforcementIn(app)) !== null);
  const { draft, applied, dirty } = useDraft();
  const failed = useSnapshotPart(({ discarded }) => discarded?.error ?? null);
  const lockedBy = useReadOnlyReason();
  const openText = () => {
    const [offset, pointer] = [draft.syntax[0]?.offset, pointerOf(draft)];
    navigate('json', {
      ...(offset === undefined ? {} : { offset: String(offset) }),
      ...(offset === undefined && typeof pointer === 'string' ? { pointer } : {}),
    });
  };
  const missingRoot = useMissingRoot('settings');
  if (missingRoot !== null) return missingRoot;
  const readError = unreplacedError(settings, dirty ? draft.text : '');
  if (readError !== null) return <ReadProblem settings={settings} error={readError} />;
  if (draft.settings.ok) return null;
  const discard = dirty && applied.settings.ok && (
    <Button
      disabled={lockedBy !== undefined}
      aria-label={withLock(t, t('settingsState.broken.discard'), lockedBy)}
      onClick={() => {
        void store.discard();
      }}
    >
      {t('settingsState.broken.discard')}
    </Button>
  );
  const actions = (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, marginTop: 2 }}>
        <Button variant="contained" color="primary" onClick={openText}>
          {t('settingsState.broken.edit')}
        </Button>
        {discard}
        {lockedBy !== undefined && <LockedNote by={lockedBy} />}
      </Box>
      {failed !== null && (
        <Box sx={{ marginTop: 2 }}>
          <ErrorPanel error={failed} title={t('frame.footer.notDiscarded')} />
        </Box>
      )}
    </>
  );
  return (
    <Card>
      <Box sx={{ padding: 2 }}>
        <UnusableText document={draft} by={!dirty && hasAlarm ? 'alarm' : dirty ? 'draft' : 'applied'} />
        {actions}
      </Box>
    </Card>
  );
}

/** What is wrong in the text. `by`: what says that it is unusable; above the page, the alarm does. */
function UnusableText({
  document,
  by,
}: {
  readonly document: DocumentView;
  readonly by: 'alarm' | 'draft' | 'applied';
}) {
  const { t } = useTranslation();
  if (document.syntax.length > 0)
    return (
      <>
        {by !== 'alarm' && (
          <Notice tone="danger" live="assertive" title={t(`settingsState.broken.${by}`)}>
            {t(by === 'draft' ? 'settingsState.broken.formsOff' : 'settingsState.broken.appliedMeans')}
          </Notice>
        )}
        <SyntaxPlace document={document} />
      </>
    );
  if (document.settings.ok) return null;
  const reason = reasonOrMessage(document.settings.error);
  const pointer = pointerOf(document);
  return (
    <>
      {by === 'alarm' ? (
        <Typography>{reason}</Typography>
      ) : (
        <Notice tone="danger" live="assertive" title={t('settingsState.broken.policy')}>
          {reason}
        </Notice>
      )}
      {typeof pointer === 'string' && (
        <Box className="mono selectable" sx={{ fontFamily: fontMono, fontSize: 12, marginTop: 1 }}>
          {pointer}
        </Box>
      )}
    </>
  );
}

/** The place of the error in a text that is JSON. */
const pointerOf = ({ settings }: DocumentView): unknown =>
  settings.ok ? undefined : settings.error.params?.['pointer'];

/** Why the settings cannot be read, unless it is that they are not text, and a draft replaces them. */
const unreplacedError = ({ readError }: AppState['settings'], draft: string): AppError | null =>
  readError !== null && isNotText(readError) && draft !== '' ? null : readError;

/** That a file of the settings cannot be read: of the settings file itself by the name of that state. */
export function ReadProblem({
  settings,
  error,
}: {
  readonly settings: AppState['settings'];
  readonly error: AppError;
}) {
  return (
    <ErrorPanel
      error={error}
      {...(isFileUnreadable(settings) ? { title: translateMessage(message('enforcement.unusable')) } : {})}
    />
  );
}

/** Line, column, the line itself and a caret under the position. */
export function SyntaxPlace({ document }: { readonly document: DocumentView }) {
  const { t } = useTranslation();
  const [first] = document.syntax;
  if (first === undefined) return null;
  return (
    <Box sx={{ '* + &': { marginTop: 2 } }}>
      <Typography sx={{ color: color.text }}>
        <strong>{t('settingsState.broken.where', { line: first.line, column: first.column })}</strong>{' '}
        {translateText(first.message, first.sentence)}
        {document.syntax.length > 1 && (
          <Box component="span" sx={{ color: color.text3 }}>
            {' '}
            ({t('settingsState.broken.more', { count: document.syntax.length - 1 })})
          </Box>
        )}
      </Typography>
      <SyntaxExcerpt error={first} />
    </Box>
  );
}

/** The line with the syntax error, with a caret under the position. */
export function SyntaxExcerpt({ error }: { readonly error: SettingsSyntaxError }) {
  const { t } = useTranslation();
  return (
    <Box
      component="pre"
      tabIndex={0}
      aria-label={t('settingsState.broken.where', { line: error.line, column: error.column })}
      sx={{
        margin: '8px 0 0',
        padding: '8px 12px',
        border: `1px solid ${color.border}`,
        borderRadius: '6px',
        background: color.subtle,
        fontFamily: fontMono,
        fontSize: 12,
        lineHeight: '18px',
        overflowX: 'auto',
        color: color.text,
      }}
    >
      {error.excerpt}
    </Box>
  );
}
