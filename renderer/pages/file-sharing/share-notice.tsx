import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import { Notice } from '../../components/error-panel.tsx';
import { onFirstClick } from '../../components/first-click.ts';
import { withCode } from '../../components/mono.tsx';
import { judgeShare, type ShareContext, type ShareVerdict } from '../../../shared/settings/index.ts';
import { canNarrow, dangerTitle } from './check-share.ts';
import type { Resolved } from './resolved.ts';

/** Judgement of an entry: of its spelling by the linter, else of the target of a symbolic link. */
export interface Judgement {
  readonly verdict: Exclude<ShareVerdict, { kind: 'fine' }>;
  readonly through: string | null;
}

export function judge(path: string, found: Resolved | undefined, context: ShareContext): Judgement | null {
  const verdict = judgeShare(path, context);
  if (verdict.kind !== 'fine') return { verdict, through: null };
  const real = found?.real;
  if (real === undefined || real === null || real === found?.expanded) return null;
  const judgement = judgeShare(real, context);
  return judgement.kind === 'dangerous' ? { verdict: judgement, through: real } : null;
}

/** Why an entry is dangerous or shares nothing, in its row, with a fix. */
export function ShareNotice({
  judgement,
  readOnly,
  onEdit,
  onRemove,
}: {
  readonly judgement: Judgement;
  readonly readOnly: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { verdict, through } = judgement;
  if (verdict.kind === 'invalid') {
    return (
      <Notice
        tone="warn"
        title={t('files.invalid.title')}
        action={
          !readOnly && (
            <Button size="small" onClick={onEdit}>
              {t('files.list.correct')}
            </Button>
          )
        }
      >
        {withCode(t(`files.invalid.${verdict.reason}`))}
      </Notice>
    );
  }
  const title = dangerTitle(t, verdict);
  const narrow = canNarrow(verdict);
  return (
    <Notice
      tone="danger"
      title={withCode(through === null ? title : t('files.danger.through', { path: through, title }))}
      action={
        !readOnly && (
          <Button size="small" onClick={onFirstClick(narrow ? onEdit : onRemove)}>
            {narrow ? t('files.list.narrow') : t('files.list.remove')}
          </Button>
        )
      }
    >
      {t(`files.danger.${verdict.danger}.body`)}
    </Notice>
  );
}
