import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { PathText } from '../../components/mono.tsx';
import type { Protection } from '../../components/protection.ts';
import type { Formats } from '../../i18n/format.ts';
import { isAlarm, type Enforcement, type PolicyInForce } from '../../../shared/enforcement/enforcement.ts';
import { lostNothing } from '../../../shared/engine-status/status.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import {
  backendCapabilities,
  backendIds,
  chosenBackend,
  runtimeNameOf,
} from '../../../shared/isolation/backends.ts';

/** "Debian GNU/Linux 13 (trixie)" → "Debian 13": the card has space for the short form. */
const shortOs = (os: string): string => os.replace(/ GNU\/Linux/, '').replace(/ \([^)]*\)$/, '');

/** The policy that a gateway keeps enforcing while the settings file is missing or unusable. */
function retainedPolicy(t: TFunction, { source, version }: PolicyInForce): string {
  if (source === 'none') return t('overview.engine.noPolicy');
  if (source === 'locked-down') return t('overview.engine.lockedDown');
  return version === null ? t('unknown') : t('overview.engine.policyVersion', { version });
}

interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

/** The engine's versions, and the policy in force. */
export function engineFacts(
  t: TFunction,
  formats: Formats,
  app: AppState,
  protection: Protection,
): readonly Fact[] {
  const { engine } = app;
  const ready = engine.phase === 'ready';
  const isLost = engine.missingRoot !== undefined;
  return [
    {
      label: t('overview.engine.engine'),
      value:
        engine.version === null ? t('unknown') : t('overview.engine.version', { version: engine.version }),
    },
    ...isolationFacts(t, app, protection.enforcement),
    ...(engine.kernel === null
      ? []
      : [
          {
            label: t('overview.engine.kernel'),
            value: [`Linux ${engine.kernel}`, engine.os === null ? null : shortOs(engine.os)]
              .filter((part) => part !== null)
              .join(' · '),
          },
        ]),
    {
      label: t('overview.engine.policy'),
      value: isLost ? t('unknown') : policyText(t, formats, app.settings, protection),
    },
    {
      label: t('overview.engine.lock'),
      value:
        isLost || protection.enforcement.now.source === 'unknown' || (protection.unreadable && !ready)
          ? t('unknown')
          : protection.locked
            ? t('overview.engine.locked')
            : t('overview.engine.unlocked'),
    },
    { label: t('overview.engine.socket'), value: <PathText path={engine.socket} /> },
    ...(ready && engine.startedAt !== null
      ? [{ label: t('overview.engine.started'), value: formats.ago(engine.startedAt) }]
      : []),
    // One that lost containers is a step of its own, and a notice of the page Containers.
    ...(engine.crash != null && lostNothing(engine.crash)
      ? [
          {
            label: t('overview.engine.crashed'),
            value: t('overview.engine.crashedAndRestarted', { time: formats.dateTime(engine.crash.at) }),
          },
        ]
      : []),
  ];
}

/** Backend and id ranges. A product that includes its runtime has a card of its own with them. */
function isolationFacts(
  t: TFunction,
  { engine, target }: AppState,
  { by, now }: Enforcement,
): readonly Fact[] {
  if (engine.phase !== 'ready' || target.capabilities.isolatedBy === 'product') return [];
  // A gateway that enforces ECI names the runtime of each container, whichever the default one is.
  const backend =
    by === 'gateway' && now.eci && now.source !== 'unknown'
      ? chosenBackend(now.backend)
      : backendIds.find((id) => engine.defaultRuntime === runtimeNameOf(id));
  return [
    {
      label: t('overview.engine.backend'),
      value: backend === undefined ? t('overview.engine.backendOff') : t(`isolation.backend.${backend}.name`),
    },
    {
      label: t('overview.engine.range'),
      value:
        backend === undefined
          ? t('overview.engine.sharedRange')
          : backendCapabilities[backend].ownRange
            ? t('overview.engine.ownRange')
            : t('overview.engine.oneRange'),
    },
  ];
}

/** The version of the policy in force, and who applied it when. */
function policyText(
  t: TFunction,
  formats: Formats,
  settings: AppState['settings'],
  { enforcement }: Protection,
): string {
  if (isAlarm(enforcement.difference) || enforcement.difference === 'unread')
    return retainedPolicy(t, enforcement.now);
  if (!settings.exists) return t('overview.engine.noPolicy');
  const version = settings.appliedVersion;
  return settings.appliedBy === null
    ? t('overview.engine.policyVersion', { version })
    : t('overview.engine.policyBy', {
        version,
        user: settings.appliedBy.user,
        ago: formats.ago(settings.appliedBy.at),
      });
}
