import type { TFunction } from 'i18next';
import type { Protection } from '../../components/protection.ts';
import type { Formats } from '../../i18n/format.ts';
import { joinSentences, names } from '../../i18n/lists.ts';
import { translateMessage, translateText } from '../../i18n/translate.ts';
import { enforcementHeadline } from '../../../shared/enforcement/describe.ts';
import { hasGap, isAlarm, isVerificationCurrent } from '../../../shared/enforcement/enforcement.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import {
  allSettled,
  isOfOtherSettings,
  isOnOtherKernel,
  otherCountMessages,
  verificationMaxAgeMs,
} from '../../../shared/verify/claims.ts';

/** Headline of the Overview: the protection state. */
export function sentence(
  t: TFunction,
  formats: Formats,
  app: AppState,
  { state, unprotected, unreadable, preferredOff, enforcement }: Protection,
): string {
  const headline = state === 'stopped' ? null : enforcementHeadline(enforcement, app.verification);
  if (headline !== null) return translateMessage(headline);
  switch (state) {
    case 'stopped':
      return stoppedSentence(t, app.engine.phase);
    case 'off':
      return preferredOff === null
        ? t('overview.sentence.off')
        : preferredOff === ''
          ? t('overview.sentence.preferredOffUnnamed')
          : t('overview.sentence.preferredOff', { by: preferredOff });
    case 'audit':
      return t('overview.sentence.audit');
    // A verification under settings that are unreadable by now is no evidence.
    case 'unverified':
      return !unreadable &&
        app.verification !== null &&
        app.verification.eci &&
        allSettled(app.verification.claims)
        ? t('overview.sentence.unverifiedSince', { date: formats.dateTime(app.verification.at) })
        : t('overview.sentence.unverified');
    case 'protected': {
      const ago = formats.ago(app.verification?.at ?? '');
      return unprotected !== null && unprotected > 0
        ? t('overview.sentence.protectedExcept', { ago, count: unprotected })
        : t('overview.sentence.protected', { ago });
    }
  }
}

function stoppedSentence(t: TFunction, phase: AppState['engine']['phase']): string {
  switch (phase) {
    case 'unreachable':
    case 'stopped':
    case 'stopping':
    case 'failed':
      return t(`overview.sentence.${phase}`);
    default:
      return t('overview.sentence.working');
  }
}

/** Below the headline: the evidence. */
export function detail(
  t: TFunction,
  app: AppState,
  { state, eci, locked, unreadable, preferredOff, enforcement }: Protection,
  now: number,
): string {
  if (app.engine.phase === 'unreachable') {
    const { problem, missingRoot } = app.engine;
    // The notice above every page has it.
    if (missingRoot !== undefined) return '';
    return problem === null ? '' : translateText(problem.message, problem.sentence);
  }
  if (state === 'stopped')
    return t(app.engine.phase === 'stopped' ? 'overview.detail.stopped' : 'overview.detail.notRunning', {
      socket: app.engine.socket,
    });
  if (isAlarm(enforcement.difference)) {
    // The notice above every page has the details; the probes' results for a retained policy are still valid.
    if (state !== 'unverified' || !isVerificationCurrent(enforcement, app.verification)) return '';
  } else if (unreadable) return t('overview.detail.unreadable');
  if (enforcement.by === 'nothing')
    return t(
      app.target.capabilities.enforcedByGateway ? 'overview.detail.noGateway' : 'overview.detail.nothing',
    );
  if (preferredOff !== null) return t('overview.detail.preferredOff');
  if (!eci) return t('overview.detail.off');
  const on = locked ? t('overview.detail.onLocked') : t('overview.detail.onUnlocked');
  if (hasGap(enforcement) && state !== 'audit') return joinSentences(t, [on, t('overview.detail.gap')]);
  const v = app.verification;
  if (v === null || !v.eci) return joinSentences(t, [on, t('overview.detail.never')]);
  const count = v.claims.length;
  const failed = v.claims.filter((c) => c.verdict === 'fail').length;
  const notRun = v.claims.filter((c) => c.verdict === 'not-run').length;
  if (state === 'audit') return joinSentences(t, [on, t('overview.detail.audit')]);
  if (failed > 0) return joinSentences(t, [on, t('overview.detail.failed', { failed, count })]);
  if (notRun > 0) return joinSentences(t, [on, t('overview.detail.notRun', { notRun, count })]);
  if (now - Date.parse(v.at) > verificationMaxAgeMs) return joinSentences(t, [on, t('overview.detail.old')]);
  if (isOnOtherKernel(v, app.engine.kernel)) return joinSentences(t, [on, t('overview.detail.otherKernel')]);
  if (isOfOtherSettings(v, enforcement.now.hash))
    return joinSentences(t, [on, t('overview.detail.otherSettings')]);
  const passed = v.claims.filter((c) => c.verdict === 'pass').length;
  return joinSentences(t, [
    on,
    passed < count
      ? t('overview.detail.settled', {
          passed,
          total: count,
          rest: names(t, otherCountMessages(v.claims).map(translateMessage)),
        })
      : t('overview.detail.passed', { count }),
  ]);
}
