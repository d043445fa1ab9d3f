import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { AppError } from '../../shared/result.ts';
import { color, toneSoft, toneText, type Tone } from '../theme/tokens.ts';
import { CopyableText } from './copyable-text.tsx';
import { severityIcon } from './notice-icons.ts';
import { translateError } from '../i18n/translate.ts';

/**
 * A notice within the part of the page that it is about: icon, title, explanation, and a button for what to
 * do.
 */
export function Notice({
  tone,
  title,
  children,
  action,
  live = 'off',
}: {
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly live?: 'polite' | 'assertive' | 'off';
}) {
  return (
    <Box
      role={live === 'assertive' ? 'alert' : live === 'polite' ? 'status' : undefined}
      sx={{
        padding: '8px 12px',
        borderRadius: '6px',
        background: toneSoft[tone],
        '@media (forced-colors: active)': { border: '1px solid' },
      }}
    >
      <NoticeBody tone={tone} title={title} action={action}>
        {children}
      </NoticeBody>
    </Box>
  );
}

/** One item of a notice: its icon, title, text and action. */
export function NoticeBody({
  tone,
  title,
  children,
  action,
}: {
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  const Icon = severityIcon[tone];
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        justifyContent: 'flex-end',
        gap: '8px 12px',
        alignItems: 'center',
      }}
    >
      <Box sx={{ flex: '1 1 300px', minWidth: 0, display: 'flex', gap: '12px', alignItems: 'flex-start' }}>
        <Icon sx={{ fontSize: 18, color: toneText[tone], marginTop: '1px' }} aria-hidden />
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography
            component="div"
            sx={{ fontWeight: 600, color: tone === 'neutral' ? color.text : toneText[tone] }}
          >
            {title}
          </Typography>
          {children !== undefined && children !== null && (
            <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
              {children}
            </Typography>
          )}
        </Box>
      </Box>
      {action}
    </Box>
  );
}

/** For comparison: texts that differ only in case or a final full stop are equal. */
const normalized = (text: string): string => text.replace(/[.。]$/, '').toLowerCase();

/** An error where it occurred: what failed, the reason (the engine's text, copyable), and a hint. */
export function ErrorPanel({
  error,
  action,
  title,
}: {
  readonly error: AppError;
  readonly action?: ReactNode;
  readonly title?: string;
}) {
  const { t } = useTranslation();
  const heading = title ?? t(`errors.${error.code}`);
  const { message, reason, hint } = translateError(error);
  const details = [message, reason]
    .filter((part): part is string => part !== undefined && part !== '')
    .filter(
      (line, index, lines) =>
        normalized(line) !== normalized(heading) &&
        lines.findIndex((other) => normalized(other) === normalized(line)) === index,
    )
    .join('\n');
  return (
    <Box
      role="alert"
      sx={{
        borderRadius: '8px',
        border: `1px solid ${color.border}`,
        background: color.dangerSoft,
        padding: '11px 15px',
      }}
    >
      <NoticeBody tone="danger" title={heading} action={action}>
        {hint}
      </NoticeBody>
      {details !== '' && <ErrorDetails text={details} />}
    </Box>
  );
}

/** The reason of a failure, with a button that copies it. */
function ErrorDetails({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        marginTop: 1,
        padding: '8px 12px',
        background: color.card,
        border: `1px solid ${color.border}`,
        borderRadius: '6px',
      }}
    >
      <CopyableText text={text} label={t('errors.why')} copyLabel={t('errors.copyWhy')} maxHeight={220} />
    </Box>
  );
}
