import { activity } from './activity.ts';
import { containers } from './containers.ts';
import { files } from './files.ts';
import { history } from './history.ts';
import { preferences } from './preferences.ts';
import { review } from './review.ts';
import { simulator } from './simulator.ts';
import { socket } from './socket.ts';

/** What only other pages show: loaded with the first of them. */
export const otherTexts = {
  activity,
  containers,
  files,
  history,
  preferences,
  review,
  simulator,
  socket,
};
