import type { MessageLanguage } from '../language.ts';
import { en } from '../messages/desktop/en.ts';
import { zhCN } from '../messages/desktop/zh-CN.ts';
import type { PolicyProblem } from '../enforcement/recorded-policy.ts';
import type { ProtectionState } from '../verify/claims.ts';

/**
 * Texts of the tray, the notifications and the application menu (`shared/messages/desktop`). They are needed
 * at once, before a catalogue could be loaded.
 */
export interface DesktopLabels {
  readonly state: Readonly<
    Record<ProtectionState | PolicyProblem | 'failed' | 'unreachable' | 'working', string>
  >;
  readonly except: (count: number) => string;
  readonly menu: {
    readonly open: string;
    readonly verify: string;
    readonly start: string;
    readonly stop: string;
    readonly quit: string;
  };
  /** The menu of the window's size in the application menu of macOS. */
  readonly view: {
    readonly title: string;
    readonly reset: string;
    readonly in: string;
    readonly out: string;
  };
  /** What a second start writes to its terminal. */
  readonly alreadyOpen: string;
  readonly denied: { readonly one: (what: string) => string; readonly many: (count: number) => string };
  readonly unprotected: {
    readonly one: (name: string) => string;
    readonly many: (count: number) => string;
    readonly body: string;
  };
  readonly notVerified: { readonly title: string; readonly body: string };
  /** ECI is on, and no verification counts: why. */
  readonly gap: Readonly<
    Record<'bypassed' | 'otherRuntime', { readonly title: string; readonly body: string }>
  >;
  /** ECI is off, or audit mode is on, although nobody here applied that. */
  readonly lost: Readonly<Record<'off' | 'audit', { readonly title: string; readonly body: string }>>;
  readonly engineStopped: { readonly title: string; readonly body: string };
  /** The failed request from the tray. */
  readonly failed: { readonly verify: string; readonly start: string };
  readonly times: (what: string, count: number) => string;
}

/** The language for a preference; `system` is the desktop's own first language. */
export const desktopLanguage = (preference: 'system' | MessageLanguage, system: string): MessageLanguage =>
  preference === 'zh-CN' || (preference === 'system' && system.toLowerCase().startsWith('zh'))
    ? 'zh-CN'
    : 'en';

/** The texts for a preference. */
export const desktopLabels = (preference: 'system' | MessageLanguage, system: string): DesktopLabels =>
  desktopLanguage(preference, system) === 'zh-CN' ? zhCN : en;
