import { common } from './zh-CN/common.ts';
import { frame } from './zh-CN/frame.ts';
import { errors } from './zh-CN/errors.ts';
import { overview } from './zh-CN/overview.ts';
import { isolation } from './zh-CN/isolation.ts';
import { containers } from './zh-CN/containers.ts';
import { preferences } from './zh-CN/preferences.ts';
import { settingsState } from './zh-CN/settings-state.ts';
import { findings } from './zh-CN/findings.ts';
import { socket } from './zh-CN/socket.ts';
import { files } from './zh-CN/files.ts';
import { recreate } from './zh-CN/recreate.ts';
import { review } from './zh-CN/review.ts';
import { history } from './zh-CN/history.ts';
import { welcome } from './zh-CN/welcome.ts';
import { rules } from './zh-CN/rules.ts';
import { simulator } from './zh-CN/simulator.ts';
import { activity } from './zh-CN/activity.ts';
import { target } from './zh-CN/target.ts';
import type { en } from './en.ts';
import type { Translation } from './translation.ts';

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
};
