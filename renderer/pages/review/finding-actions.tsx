import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { useDraft } from '../../state/context.tsx';
import { entryAt } from '../../state/draft-lists.ts';
import { navigate } from '../../state/router.ts';
import { useSettingPage } from '../../state/setting-page.ts';
import { findingTitle, fixTitle } from '../../components/finding-text.ts';
import { onFirstClick } from '../../components/first-click.ts';
import { useReadOnlyReason } from '../../components/read-only.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { applyFix } from '../../../shared/settings/lint/index.ts';

/** The entry of a list that a finding is about, as written; null where it is about something else. */
export function entryOf({ pointer, params }: Finding): string | null {
  return entryAt(pointer) === null ? null : (params['path'] ?? params['image'] ?? null);
}

/** What can be done about a finding from its row: fix it, open where it is edited, or remove the entry. */
export function FindingActions({
  finding,
  onRemove,
}: {
  readonly finding: Finding;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const readOnly = useReadOnlyReason() !== undefined;
  const entry = entryOf(finding);
  return (
    <>
      <MainAction finding={finding} readOnly={readOnly} />
      {entry !== null && (
        <Button
          size="small"
          disabled={readOnly}
          aria-label={t('review.findings.removeEntry', { entry })}
          onClick={onFirstClick(onRemove)}
        >
          {t('review.findings.remove')}
        </Button>
      )}
    </>
  );
}

/** What a button is called where its row is not seen: several findings have the same action. */
const nameOf = (t: TFunction, action: string, finding: Finding): string =>
  t('review.findings.actionOn', {
    action,
    finding: findingTitle(t, finding).replaceAll('`', ''),
    line: finding.range.line,
  });

function MainAction({ finding, readOnly }: { readonly finding: Finding; readonly readOnly: boolean }) {
  const { t } = useTranslation();
  const draft = useDraft();
  const page = useSettingPage()(finding.pointer);
  if (finding.fix !== undefined) {
    const title = fixTitle(finding.fix);
    return (
      <Button
        size="small"
        disabled={readOnly}
        aria-label={nameOf(t, title, finding)}
        onClick={onFirstClick(() => {
          draft.setText(applyFix(draft.text, finding));
        })}
      >
        {title}
      </Button>
    );
  }
  if (finding.code === 'socket-image-mutable-tag')
    return (
      <Button
        size="small"
        disabled={readOnly}
        aria-label={nameOf(t, t('review.findings.pin'), finding)}
        onClick={() => {
          navigate(page, { pointer: finding.pointer, pin: finding.params['image'] ?? '' });
        }}
      >
        {t('review.findings.pin')}
      </Button>
    );
  if (finding.severity === 'note' && page === 'json') return null;
  return (
    <Button
      size="small"
      aria-label={nameOf(t, t('review.findings.open'), finding)}
      onClick={() => {
        navigate(page, { pointer: finding.pointer });
      }}
    >
      {t('review.findings.open')}
    </Button>
  );
}
