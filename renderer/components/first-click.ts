import type { MouseEvent } from 'react';

/**
 * Handles a click, but not the second one of a double click. If the first one removes a row, the second one
 * would hit the button of the row that moves into its place. The `detail` of a click by keyboard is 0.
 */
export const onFirstClick =
  (act: () => void) =>
  (event: MouseEvent): void => {
    if (event.detail < 2) act();
  };
