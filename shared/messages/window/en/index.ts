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
import { activity } from './activity.ts';
import { simulator } from './simulator.ts';
import { target } from './target.ts';
import { desktopSettings } from './desktop-settings.ts';

/** English, the source of the window's texts. One object per page; `_one`/`_other` are i18next's plurals. */
export const en = {
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
