/* global document, requestAnimationFrame */
'use strict';
// Runs the module named by data-module once the frame of index.html is painted: the window is shown with it,
// rather than 100 ms later with its content. A classic script of its own, because a module runs as soon as
// it is there.
{
  const { module } = document.currentScript.dataset;
  const longestWaitMs = 100; // A window that starts hidden may paint nothing.
  let running = false;
  const run = () => {
    if (running) return;
    running = true;
    void import(module);
  };
  // The task after the callback comes after the paint.
  requestAnimationFrame(() => setTimeout(run));
  setTimeout(run, longestWaitMs);
}
