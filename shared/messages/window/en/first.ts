import { common } from './common.ts';
import { desktopSettings } from './desktop-settings.ts';
import { errors } from './errors.ts';
import { findings } from './findings.ts';
import { frame } from './frame.ts';
import { isolation } from './isolation.ts';
import { overview } from './overview.ts';
import { recreate } from './recreate.ts';
import { rules } from './rules.ts';
import { settingsState } from './settings-state.ts';
import { target } from './target.ts';
import { welcome } from './welcome.ts';

/** What the frame and the pages that a window opens on show. */
export const firstTexts = {
  ...common,
  frame,
  errors,
  overview,
  isolation,
  settingsState,
  findings,
  recreate,
  rules,
  welcome,
  target,
  desktopSettings,
};
