import { navigate } from '../../state/router.ts';
import { settingPageOf } from '../../state/setting-page.ts';
import { findingTitle, findingExplanation } from '../../components/finding-text.ts';
import { withCode } from '../../components/mono.tsx';
import { severityIcon, severityTone, type Severity } from '../../components/state-badge.tsx';
import { DeniedIcon } from '../../theme/icons.ts';
import { denialSentence, denialWhy } from './denial-text.ts';
import type { NextStep, NextStepContext } from './next-step.ts';

const maxFindings = 3;
const maxDenials = 2;
const maxTags = 2;

/** The latest denials. */
export function denialSteps({ t, app, formats }: NextStepContext): readonly NextStep[] {
  return app.activity.groups.slice(0, maxDenials).map((group) => ({
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
  }));
}

/** Images of the socket's list that are named by a tag, which may move. */
export function movingTagSteps({ t, protection, appliedFindings }: NextStepContext): readonly NextStep[] {
  if (!protection.eci) return [];
  const findings = appliedFindings.filter(({ code }) => code === 'socket-image-mutable-tag');
  return findings.slice(0, maxTags).map((finding) => ({
    key: `tag-${finding.pointer}`,
    icon: severityIcon[finding.severity],
    tone: severityTone[finding.severity],
    title: withCode(t('overview.next.movingTag', { image: finding.params['image'] ?? '' })),
    why: t('overview.next.movingTagWhy'),
    action: t('overview.next.pin'),
    run: () => {
      // The draft may have the image at another index than the applied list.
      navigate('docker-socket', { pointer: finding.pointer, pin: finding.params['image'] ?? '' });
    },
  }));
}

/** Errors and warnings about the applied settings. */
export function findingSteps({ t, app, appliedFindings }: NextStepContext): readonly NextStep[] {
  const findings = appliedFindings.filter(({ severity }) => severity !== 'note');
  const pageOf = settingPageOf(app.target.capabilities);
  return findings.slice(0, maxFindings).map((finding) => {
    const severity: Severity = finding.severity;
    const page = pageOf(finding.pointer);
    return {
      key: `finding-${finding.code}-${finding.pointer}`,
      icon: severityIcon[severity],
      tone: severityTone[severity],
      title: withCode(findingTitle(t, finding)),
      why: finding.code === 'audit-mode' ? t('overview.next.auditWhy') : findingExplanation(finding),
      action: t('overview.next.open', { page: t(`frame.page.${page}`) }),
      run: () => {
        navigate(page, { pointer: finding.pointer });
      },
    };
  });
}
