'use strict';
const { ipcRenderer } = require('electron');

// As the app's page does: two frames on, what is drawn is on screen.
globalThis.addEventListener('DOMContentLoaded', () => {
  globalThis.requestAnimationFrame(() => {
    globalThis.requestAnimationFrame(() => {
      ipcRenderer.send('painted');
    });
  });
});
