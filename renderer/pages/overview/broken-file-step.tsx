import { navigate } from '../../state/router.ts';
import { SyntaxExcerpt } from '../../components/document-problem.tsx';
import { ErrorIcon } from '../../theme/icons.ts';
import { ensureSentence, joinSentences } from '../../i18n/lists.ts';
import { translateError, translateText } from '../../i18n/translate.ts';
import { isAccessDenied } from '../../../shared/result.ts';
import type { NextStep, NextStepContext } from './next-step.ts';

/** The settings file is unreadable or unusable, and why; the alarm on top explains what that means. */
export function brokenFileStep(context: NextStepContext): NextStep | null {
  const { t, app, applied } = context;
  const error = app.settings.readError ?? (applied.settings.ok ? null : applied.settings.error);
  if (error === null) return null;
  return {
    key: 'file',
    icon: ErrorIcon,
    tone: 'danger',
    title: t(isAccessDenied(error) ? 'overview.next.unreadFile' : 'overview.next.brokenFile'),
    why: whyBroken(context, error),
    action: t('overview.next.openJson'),
    run: () => {
      navigate('json');
    },
  };
}

/** Reasons are clauses: here they are sentences of their own. */
const capitalized = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The error; a syntax error with the line and a caret under the position. */
function whyBroken(
  { t, app, applied }: NextStepContext,
  error: Parameters<typeof translateError>[0],
): NextStep['why'] {
  const { message, reason } = translateError(error);
  const [first] = app.settings.readError === null ? applied.syntax : [];
  const inSentences = (...texts: readonly string[]) =>
    joinSentences(
      t,
      texts.filter((text) => text !== '').map((text) => ensureSentence(t, text)),
    );
  if (first === undefined) return inSentences(message, capitalized(reason ?? ''));
  return (
    <>
      {inSentences(message, translateText(first.message, first.sentence))}
      <SyntaxExcerpt error={first} />
    </>
  );
}
