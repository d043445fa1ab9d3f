import { common } from './common.ts';
import { frame } from './frame.ts';
import { errors } from './errors.ts';
import { overview } from './overview.ts';
import { isolation } from './isolation.ts';
import { containers } from './containers.ts';
import { preferences } from './preferences.ts';
import { settingsState } from './settings-state.ts';
import { findings } from './findings.ts';
import { socket } from './socket.ts';
import { files } from './files.ts';
import { recreate } from './recreate.ts';
import { review } from './review.ts';
import { history } from './history.ts';
import { welcome } from './welcome.ts';
import { rules } from './rules.ts';
import { simulator } from './simulator.ts';
import { activity } from './activity.ts';
import { target } from './target.ts';
import { desktopSettings } from './desktop-settings.ts';
import type { en } from '../en/index.ts';
import type { Translation } from '../translation.ts';

/**
 * Simplified Chinese, a chunk of its own. A key that is missing here or is not in English is a type error.
 */
export const zhCN: Translation<typeof en> = {
  ...common,
  frame,
  errors,
  overview,
  isolation,
  containers,
  preferences,
  settingsState,
  findings,
  socket,
  files,
  recreate,
  review,
  history,
  rules,
  simulator,
  activity,
  welcome,
  target,
  desktopSettings,
};
