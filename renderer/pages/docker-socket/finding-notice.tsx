import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDraft } from '../../state/context.tsx';
import { Notice } from '../../components/error-panel.tsx';
import { findingTitle, findingExplanation, fixTitle } from '../../components/finding-text.ts';
import { onFirstClick } from '../../components/first-click.ts';
import { withCode } from '../../components/mono.tsx';
import { severityTone } from '../../components/state-badge.tsx';
import { stacked } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { applyFix } from '../../../shared/settings/lint/index.ts';

/** A finding in its row, with its fix and, if given, a button that removes the entry. */
export function FindingNotice({
  finding,
  readOnly,
  remove,
}: {
  readonly finding: Finding;
  readonly readOnly: boolean;
  readonly remove?: { readonly label: string; readonly run: () => void };
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  return (
    <Notice
      tone={severityTone[finding.severity]}
      title={withCode(findingTitle(t, finding))}
      action={
        !readOnly && (
          <Box
            sx={{
              display: 'flex',
              gap: 1,
              flexShrink: 0,
              flexWrap: 'wrap',
              justifyContent: 'flex-end',
              maxWidth: '50%',
              [stacked]: { maxWidth: '100%', '& > button': { height: 'auto', whiteSpace: 'normal' } },
            }}
          >
            {finding.fix !== undefined && (
              <Button
                size="small"
                onClick={onFirstClick(() => {
                  draft.setText(applyFix(draft.text, finding));
                })}
              >
                {fixTitle(finding.fix)}
              </Button>
            )}
            {remove !== undefined && (
              <Button size="small" onClick={onFirstClick(remove.run)}>
                {remove.label}
              </Button>
            )}
          </Box>
        )
      }
    >
      {findingExplanation(finding)}
    </Notice>
  );
}
