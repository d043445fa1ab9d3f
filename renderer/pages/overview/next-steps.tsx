import { useState, type ComponentType, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import { useApp, useDraft, useStore } from '../../state/context.tsx';
import { useMissing } from '../../state/missing.ts';
import type { Protection } from '../../components/protection.ts';
import { navigate } from '../../state/router.ts';
import { Card, Row, RowText } from '../../components/card.tsx';
import { findingPage, findingTitle, findingWhy } from '../../components/finding-text.ts';
import { withCode } from '../../components/mono.tsx';
import { severityIcon, severityTone, stateIcon, type Severity } from '../../components/state-badge.tsx';
import {
  AllowedIcon,
  DeniedIcon,
  ErrorIcon,
  PowerIcon,
  ShieldIcon,
  SocketIcon,
  UnprotectedIcon,
  UnverifiedIcon,
} from '../../theme/icons.ts';
import { color, fontMono, toneText, type Tone } from '../../theme/tokens.ts';
import { useFormats } from '../../i18n/format.ts';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import { denialSentence, denialWhy } from './denial-text.ts';
import { settled } from '../../../shared/verify/claims.ts';
import { claimTitle } from '../../../shared/verify/claim-titles.ts';
import { clauses, closed, sentence, sentences } from '../../i18n/lists.ts';
import { translateError, translateMessage, translateText } from '../../i18n/translate.ts';

interface Step {
  readonly key: string;
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly why: ReactNode;
  readonly action: string;
  readonly run: () => void;
  readonly busy?: boolean;
}

const reasonOrder = ['before-eci', 'past-gateway', 'no-user-namespace', 'unknown'] as const;
const maxFindings = 3;
const maxDenials = 2;
const maxTags = 2;

/** What is worth doing now, most urgent first; each with the one button that does or opens it. */
export function NextSteps({
  protection,
  appliedFindings,
  onVerify,
  onResults,
  onStart,
  onRestart,
  starting,
}: {
  readonly protection: Protection;
  readonly appliedFindings: ReturnType<typeof useDraft>['findings'];
  readonly onVerify: () => void;
  readonly onResults: () => void;
  readonly onStart: () => void;
  readonly onRestart: () => void;
  readonly starting: boolean;
}) {
  const { t } = useTranslation();
  const steps = useSteps({ protection, appliedFindings, onVerify, onResults, onStart, onRestart, starting });
  const { dirty } = useDraft();
  return (
    <Card title={t('overview.next.title')}>
      {steps.length === 0 && (
        <Row>
          <AllowedIcon sx={{ fontSize: 20, color: color.ok }} aria-hidden />
          <RowText strong={false} primary={t('overview.next.nothing')} />
        </Row>
      )}
      {steps.map((step, index) => (
        <Row key={step.key}>
          <step.icon
            sx={{ fontSize: 20, color: toneText[step.tone], alignSelf: 'flex-start', marginTop: '10px' }}
            aria-hidden
          />
          <RowText primary={step.title} secondary={step.why} />
          {/* One filled button a page: the footer's, when there is one. */}
          <Button
            size="small"
            sx={{ minWidth: 148, flexShrink: 0 }}
            {...(index === 0 && !dirty ? { variant: 'contained' as const, color: 'primary' as const } : {})}
            disabled={step.busy === true}
            onClick={step.run}
            {...(step.busy === true
              ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> }
              : {})}
          >
            {step.action}
          </Button>
        </Row>
      ))}
    </Card>
  );
}

function useSteps({
  protection,
  appliedFindings,
  onVerify,
  onResults,
  onStart,
  onRestart,
  starting,
}: Parameters<typeof NextSteps>[0]): readonly Step[] {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  const { applied } = useDraft();
  const store = useStore();
  const [copied, setCopied] = useState(false);
  const steps: Step[] = [];
  const { engine } = app;
  const ready = engine.phase === 'ready';

  // Nothing about the machine's own engine is done from here: the notice on top says why.
  const ours = useMissing('apply') === undefined;

  if (app.target.desktop?.interrupted === true && (app.run === null || app.run.activity === 'ended')) {
    steps.push({
      key: 'interrupted',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.interrupted'),
      why: t('overview.next.interruptedWhy'),
      action: t('overview.next.settle'),
      run: onRestart,
      busy: starting,
    });
  }
  if (!ours) {
    steps.push({
      key: 'machine',
      icon: UnprotectedIcon,
      tone: 'neutral',
      title: t('target.machine.next'),
      why: withCode(t('target.machine.nextWhy')),
      action: t('target.machine.switch'),
      run: () => {
        document.querySelector<HTMLElement>('[data-engine-switcher]')?.click();
      },
    });
  } else if (engine.phase === 'failed') {
    steps.push({
      key: 'failed',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.engineFailed'),
      why: <Problem />,
      action: t('button.startEngine'),
      run: onStart,
      busy: starting,
    });
  } else if (engine.phase === 'stopped') {
    steps.push({
      key: 'stopped',
      icon: PowerIcon,
      tone: 'neutral',
      title: t('overview.next.engineStopped'),
      why: t('overview.next.engineStoppedWhy'),
      action: t('button.startEngine'),
      run: onStart,
      busy: starting,
    });
  } else if (ready && !engine.gatewayUp && app.target.capabilities.enforcedByGateway) {
    steps.push({
      key: 'gateway',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.gateway'),
      why: t('overview.next.gatewayWhy'),
      action: t('overview.engine.restart'),
      run: onRestart,
      busy: starting,
    });
  }
  // One that was left before its end, or interrupted and settled at this start: nobody has seen how it ended.
  const ended = app.run?.outcome ?? null;
  if (ended !== null) {
    const good = ended.kind === 'applied';
    steps.push({
      key: 'run',
      icon: good ? AllowedIcon : ErrorIcon,
      tone: good ? 'ok' : 'danger',
      title: good
        ? t('overview.next.applied', { version: ended.version })
        : ended.kind === 'rolled-back'
          ? t('overview.next.rolledBack')
          : t('overview.next.rollbackFailed'),
      why: t('overview.next.runWhy'),
      action: t('overview.next.runSee'),
      run: () => {
        navigate('review');
      },
    });
  }
  if (!applied.settings.ok || app.settings.readError !== null) {
    steps.push({
      key: 'file',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.brokenFile'),
      why: sentences(t, [
        app.settings.readError === null ? '' : closed(t, translateError(app.settings.readError).message),
        t('overview.next.brokenFileWhy'),
      ]),
      action: t('overview.next.openJson'),
      run: () => {
        navigate('json');
      },
    });
  }
  const chosen = app.backends.find(
    (backend) => backend.id === chosenBackend(applied.settings.ok ? applied.settings.value.backend : 'auto'),
  );
  if (ours && applied.settings.ok && !protection.eci) {
    if (chosen === undefined || chosen.available)
      steps.push({
        key: 'off',
        icon: ShieldIcon,
        tone: 'neutral',
        title: t('overview.next.eciOff'),
        why: t('overview.next.eciOffWhy'),
        action: t('overview.next.turnOn'),
        run: () => {
          navigate('isolation', { pointer: '/enhancedContainerIsolation/value' });
        },
      });
    else {
      const missing = chosen.requirements.filter((r) => !r.met);
      steps.push({
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
      });
    }
  }
  const unproven =
    protection.state === 'unverified' && app.verification?.eci === true
      ? app.verification.claims.filter((c) => !settled(c.verdict))
      : [];
  if (unproven.length > 0) {
    steps.push({
      key: 'probes',
      icon: ErrorIcon,
      tone: 'danger',
      title: t('overview.next.probesFailed', { count: unproven.length }),
      why: t('overview.next.probesFailedWhy', {
        claims: formats.list(unproven.map((c) => translateMessage(claimTitle(c.id)))),
      }),
      action: t('overview.next.seeResults'),
      run: onResults,
    });
  }
  const left = protection.eci ? (app.scan?.containers.filter((c) => !c.protected) ?? []) : [];
  if (left.length > 0) {
    const reasons = reasonOrder
      .map((reason) => ({ reason, count: left.filter((c) => c.reason === reason).length }))
      .filter(({ count }) => count > 0);
    steps.push({
      key: 'unprotected',
      icon: UnprotectedIcon,
      tone: 'danger',
      title: t('overview.next.unprotected', { count: left.length }),
      why: sentence(
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
    });
  }
  if (ready && app.scan === null && app.scanError === null && !app.busy.scanning) {
    steps.push({
      key: 'scan',
      icon: stateIcon.unverified,
      tone: 'warn',
      title: t('overview.next.notScanned'),
      why: t('overview.next.notScannedWhy'),
      action: t('overview.next.scan'),
      run: () => {
        navigate('containers', { scan: 'now' });
      },
    });
  }
  if (protection.state === 'unverified' && unproven.length === 0) {
    steps.push({
      key: 'verify',
      icon: UnverifiedIcon,
      tone: 'warn',
      title: t('overview.next.notVerified'),
      why: t('overview.next.notVerifiedWhy'),
      action: app.busy.verifying ? t('overview.verifying') : t('overview.verify'),
      run: onVerify,
      busy: app.busy.verifying,
    });
  }
  for (const group of app.activity.groups.slice(0, maxDenials)) {
    steps.push({
      key: `denied-${group.entry.id}`,
      icon: DeniedIcon,
      tone: group.entry.outcome === 'deny' ? 'danger' : 'warn',
      title: denialSentence(t, group),
      why:
        group.count > 1
          ? t('overview.next.firstSeen', { why: denialWhy(t, group), date: formats.moment(group.first) })
          : t('overview.next.seen', { why: denialWhy(t, group), date: formats.moment(group.last) }),
      action: group.count > 1 ? t('overview.next.seeDenials') : t('overview.next.seeDenial'),
      run: () => {
        navigate('activity', { entry: group.entry.id });
      },
    });
  }
  for (const finding of protection.eci
    ? appliedFindings.filter((f) => f.code === 'socket-image-mutable-tag').slice(0, maxTags)
    : []) {
    steps.push({
      key: `tag-${finding.pointer}`,
      icon: severityIcon.warning,
      tone: 'warn',
      title: t('overview.next.movingTag', { image: finding.params['image'] ?? '' }),
      why: t('overview.next.movingTagWhy'),
      action: t('overview.next.pin'),
      run: () => {
        navigate('docker-socket', { pointer: finding.pointer });
      },
    });
  }
  for (const finding of appliedFindings.filter((f) => f.severity !== 'note').slice(0, maxFindings)) {
    const severity: Severity = finding.severity;
    const page = findingPage(finding);
    steps.push({
      key: `finding-${finding.code}-${finding.pointer}`,
      icon: severityIcon[severity],
      tone: severityTone[severity],
      title: withCode(findingTitle(t, finding)),
      why: finding.code === 'audit-mode' ? t('overview.next.auditWhy') : findingWhy(finding),
      action: t('overview.next.open', { page: t(`frame.page.${page}`) }),
      run: () => {
        navigate(page, { pointer: finding.pointer });
      },
    });
  }
  // Whoever has nothing there yet has not found the way to it either.
  if (
    ours &&
    ready &&
    protection.eci &&
    app.target.capabilities.clientsNeedDockerHost &&
    app.scan?.containers.length === 0
  ) {
    const command = `export DOCKER_HOST=unix://${engine.socket}`;
    steps.push({
      key: 'use',
      icon: SocketIcon,
      tone: 'neutral',
      title: t('overview.next.use'),
      why: withCode(t('overview.next.useWhy', { command })),
      action: copied ? t('button.copied') : t('overview.next.useCopy'),
      run: () => {
        void store.request('clipboard:write', { text: command }).then((written) => {
          setCopied(written.ok);
        });
      },
    });
  }
  return steps;
}

/** The engine's own account of why it is down. */
function Problem() {
  const { t } = useTranslation();
  const { engine } = useApp();
  if (engine.problem === null) return null;
  return (
    <>
      {translateText(engine.problem.message, engine.problem.sentence)}
      {engine.problem.logTail.length > 0 && (
        <Box
          component="pre"
          tabIndex={0}
          aria-label={t('overview.next.engineLog')}
          sx={{
            margin: '6px 0 0',
            padding: '6px 8px',
            border: `1px solid ${color.border}`,
            borderRadius: '6px',
            background: color.subtle,
            fontFamily: fontMono,
            fontSize: 12,
            lineHeight: '18px',
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
            maxHeight: 160,
            overflow: 'auto',
            color: color.text,
          }}
        >
          {engine.problem.logTail.join('\n')}
        </Box>
      )}
    </>
  );
}
