import { common } from './en/common.ts';
import { frame } from './en/frame.ts';
import { errors } from './en/errors.ts';
import { overview } from './en/overview.ts';
import { isolation } from './en/isolation.ts';
import { containers } from './en/containers.ts';
import { preferences } from './en/preferences.ts';
import { settingsState } from './en/settings-state.ts';
import { findings } from './en/findings.ts';
import { socket } from './en/socket.ts';
import { files } from './en/files.ts';
import { recreate } from './en/recreate.ts';
import { review } from './en/review.ts';
import { history } from './en/history.ts';
import { welcome } from './en/welcome.ts';
import { rules } from './en/rules.ts';
import { activity } from './en/activity.ts';
import { simulator } from './en/simulator.ts';
import { target } from './en/target.ts';

/** English, the source of all words. One object a page; `_one`/`_other` are i18next's plurals. */
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
};
