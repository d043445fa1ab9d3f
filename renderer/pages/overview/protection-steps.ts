import { navigate } from '../../state/router.ts';
import { stateIcon } from '../../components/state-badge.tsx';
import { DeniedIcon, ErrorIcon, ShieldIcon, UnprotectedIcon, UnverifiedIcon } from '../../theme/icons.ts';
import { hasGap, isAlarm } from '../../../shared/enforcement/enforcement.ts';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import { settled } from '../../../shared/verify/claims.ts';
import { claimTitle } from '../../../shared/verify/claim-titles.ts';
import { clauses, asSentence } from '../../i18n/lists.ts';
import { translateMessage } from '../../i18n/translate.ts';
import type { NextStep, NextStepContext } from './next-step.ts';
import { isFromBeforeEci, isUnprotected } from '../../../shared/containers/protection.ts';

const reasonOrder = ['before-eci', 'audit-mode', 'past-gateway', 'no-user-namespace', 'unknown'] as const;

/** ECI is off: turn it on, or show why this machine does not support it. */
export function isolationOffStep(context: NextStepContext): NextStep | null {
  const { t, formats, app, applied, protection, canApply } = context;
  // A missing settings file has its alarm, and a stopped gateway its own step.
  const { difference, by } = protection.enforcement;
  const isOff = !protection.eci && !isAlarm(difference) && (by !== 'nothing' || app.engine.phase !== 'ready');
  // Without the engine's directory nothing is known of its settings.
  const isKnown = applied.settings.ok && app.engine.missingRoot === undefined;
  if (!canApply || !applied.settings.ok || !isKnown || !isOff) return null;
  const id = chosenBackend(applied.settings.value.backend);
  const chosen = app.backends.find((backend) => backend.id === id);
  if (chosen === undefined || chosen.available)
    return {
      key: 'off',
      icon: ShieldIcon,
      tone: 'neutral',
      title: t('overview.next.eciOff'),
      why: t('overview.next.eciOffWhy'),
      action: t('overview.next.turnOn'),
      run: () => {
        navigate('isolation', { pointer: '/enhancedContainerIsolation/value' });
      },
    };
  const missing = chosen.requirements.filter((r) => !r.met);
  return {
    key: 'impossible',
    icon: DeniedIcon,
    tone: 'warn',
    title: t('overview.next.eciImpossible'),
    why: t('overview.next.eciImpossibleWhy', {
      count: missing.length,
      names: formats.list(missing.map((r) => t(`isolation.requirement.${r.code}`))),
    }),
    action: t('overview.next.seeWhy'),
    run: () => {
      navigate('isolation', { pointer: '/bulkhead/backend' });
    },
  };
}

const unprovenClaims = ({ protection, app }: NextStepContext) =>
  protection.state === 'unverified' && app.verification?.eci === true
    ? app.verification.claims.filter((claim) => !settled(claim.verdict))
    : [];

/** Claims that the last verification did not confirm. */
export function failedProbesStep(context: NextStepContext): NextStep | null {
  const { t, formats, onResults } = context;
  const unproven = unprovenClaims(context);
  if (unproven.length > 0) {
    return {
      key: 'probes',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.probesFailed', { count: unproven.length }),
      why: t('overview.next.probesFailedWhy', {
        claims: formats.list(unproven.map((c) => translateMessage(claimTitle(c.id)))),
      }),
      action: t('overview.next.seeResults'),
      run: onResults,
    };
  }
  return null;
}

/** Containers that ECI does not protect. */
export function unprotectedStep({ t, app, protection }: NextStepContext): NextStep | null {
  const left = protection.eci ? (app.scan?.containers.filter(isUnprotected) ?? []) : [];
  if (left.length > 0) {
    const reasons = reasonOrder
      .map((reason) => ({
        reason,
        count: left.filter((c) => (reason === 'before-eci' ? isFromBeforeEci(c) : c.reason === reason))
          .length,
      }))
      .filter(({ count }) => count > 0);
    return {
      key: 'unprotected',
      icon: UnprotectedIcon,
      tone: 'danger',
      title: t('overview.next.unprotected', { count: left.length }),
      why: asSentence(
        t,
        clauses(
          t,
          reasons.map(({ reason, count }) => t(`overview.next.reason.${reason}`, { count })),
        ),
      ),
      action: t('overview.next.reviewContainers'),
      run: () => {
        navigate('containers', { show: 'unprotected' });
      },
    };
  }
  return null;
}

/** The containers were never scanned. */
export function scanStep({ t, app }: NextStepContext): NextStep | null {
  if (app.engine.phase === 'ready' && app.scan === null && app.scanError === null && !app.busy.scanning) {
    return {
      key: 'scan',
      icon: stateIcon.unverified,
      tone: 'warn',
      title: t('overview.next.notScanned'),
      why: t('overview.next.notScannedWhy'),
      action: t('overview.next.scan'),
      run: () => {
        navigate('containers', { scan: 'now' });
      },
    };
  }
  return null;
}

/** The protection was never verified. */
export function verifyStep(context: NextStepContext): NextStep | null {
  const { t, app, protection, onVerify } = context;
  const { enforcement, state } = protection;
  if (isAlarm(enforcement.difference) || hasGap(enforcement)) return null;
  if (state === 'unverified' && unprovenClaims(context).length === 0) {
    return {
      key: 'verify',
      icon: UnverifiedIcon,
      tone: 'warn',
      title: t('overview.next.notVerified'),
      why: t('overview.next.notVerifiedWhy'),
      action: app.busy.verifying ? t('overview.verifying') : t('overview.verify'),
      run: onVerify,
      busy: app.busy.verifying,
    };
  }
  return null;
}
