import type { MouseEvent } from 'react';

/**
 * Handles a click, but not the second one of a double click: where a row goes, that meets the button of the
 * row that takes its place. The `detail` of a click by key is 0.
 */
export const onFirstClick =
  (act: () => void) =>
  (event: MouseEvent): void => {
    if (event.detail < 2) act();
  };
