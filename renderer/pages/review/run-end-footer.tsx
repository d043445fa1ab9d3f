import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { useAppPart, useStore } from '../../state/context.tsx';
import { navigationFromHere } from '../../state/router.ts';
import type { PageId } from '../../../shared/pages/pages.ts';
import { enforcementIn } from '../../components/protection.ts';
import { FooterBar } from '../../components/page.tsx';
import { CopyIcon } from '../../theme/icons.ts';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';
import { reportText } from './report-text.ts';
import { translateError } from '../../i18n/translate.ts';

/** Copies the report of a failure: reason, restored state, hint. */
function CopyReport({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const store = useStore();
  const formats = useFormats();
  const [copied, setCopied] = useState(false);
  const difference = useAppPart((app) => enforcementIn(app).difference);
  const text = reportText(t, formats, run, difference);
  if (text === '') return null;
  const copy = async () => {
    setCopied((await store.request('clipboard:write', { text: text.slice(0, 900_000) })).ok);
  };
  return (
    <Button
      variant="text"
      startIcon={<CopyIcon />}
      onClick={() => {
        void copy();
      }}
      onBlur={() => {
        setCopied(false);
      }}
    >
      {copied ? t('button.copied') : t('review.report.copy')}
    </Button>
  );
}

/** The footer after a run: closes it, or opens the plan again. */
export function RunEndFooter({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const dismiss = useRequest('apply:dismiss');
  const leave = async (page: PageId | null) => {
    const navigate = navigationFromHere();
    const result = await dismiss.run(undefined);
    if (result.ok && page !== null) navigate(page);
  };
  const applied = run.outcome?.kind === 'applied';
  return (
    <FooterBar label={t('review.end.label')}>
      <CopyReport run={run} />
      <Box role="status" sx={{ flex: 1, minWidth: 0, color: color.danger }}>
        {dismiss.error === null ? null : translateError(dismiss.error).message}
      </Box>
      {applied ? (
        <Button
          variant="contained"
          color="primary"
          disabled={dismiss.running}
          onClick={() => {
            void leave('overview');
          }}
        >
          {t('review.end.done')}
        </Button>
      ) : (
        <>
          <Button
            disabled={dismiss.running}
            onClick={() => {
              void leave('overview');
            }}
          >
            {t('review.end.done')}
          </Button>
          <Button
            variant="contained"
            color="primary"
            disabled={dismiss.running}
            onClick={() => {
              void leave(null);
            }}
          >
            {t('review.end.again')}
          </Button>
        </>
      )}
    </FooterBar>
  );
}
