import type { TFunction } from 'i18next';
import { protectionState, type ProtectionState } from '../../shared/verify/claims.ts';
import type { AppState } from '../../shared/ipc/contract.ts';
import { stateTone } from '../components/state-badge.tsx';
import type { Tone } from '../theme/tokens.ts';
import { viewDocument } from './draft-view.ts';

/** The engine's one honest state, and how many containers are left out of it. */
export interface Protection {
  readonly state: ProtectionState;
  readonly eci: boolean;
  readonly locked: boolean;
  /** The applied text can't be read or used: nothing counts as verified. */
  readonly unreadable: boolean;
  /** Containers that ECI does not protect; null when nobody looked yet. */
  readonly unprotected: number | null;
}

/** Derived from facts only: applied text, engine phase, last verification, last scan. An unreadable applied text counts as ECI on (the gateway locks down) and never as verified. */
export function protectionOf(app: AppState, now: number): Protection {
  const applied = viewDocument(app.settings.applied, app.settings.exists).settings;
  const unreadable = !applied.ok || app.settings.readError !== null;
  const eci = applied.ok ? applied.value.eci.value : true;
  const state = protectionState({ engineReady: app.engine.phase === 'ready', eci, audit: applied.ok && applied.value.mode === 'audit', verification: unreadable ? null : app.verification, now });
  return { state, eci, unreadable, locked: applied.ok && applied.value.eci.locked, unprotected: app.scan === null ? null : app.scan.containers.filter((c) => !c.protected).length };
}

/** What stands under the engine's name. */
export function engineLine(t: TFunction, app: AppState, protection: Protection): { readonly text: string; readonly tone: Tone } {
  if (app.run !== null && app.run.activity === 'applying') return { text: t('frame.engine.applying', { version: app.run.toVersion }), tone: 'warn' };
  if (app.run !== null && app.run.activity !== 'ended') return { text: t('frame.engine.rollingBack'), tone: 'warn' };
  if (app.busy.engine !== null) return { text: t(`frame.engine.${app.busy.engine}`), tone: 'warn' };
  switch (app.engine.phase) {
    case 'failed': return { text: t('frame.engine.failed'), tone: 'danger' };
    case 'starting': return { text: t('frame.engine.starting'), tone: 'warn' };
    case 'stopping': return { text: t('frame.engine.stopping'), tone: 'warn' };
    case 'restarting': return { text: t('frame.engine.restarting'), tone: 'warn' };
    case 'stopped': case 'ready': break;
  }
  const { state, unprotected } = protection;
  if (state === 'protected' && unprotected !== null && unprotected > 0) return { text: t('frame.engine.protectedExcept', { count: unprotected }), tone: 'ok' };
  return { text: t(`state.${state}`), tone: stateTone[state] };
}
