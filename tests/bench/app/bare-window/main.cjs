// The least that an Electron app with a window does, with the app's own switches and kind of window: what
// `npm run bench:app` compares a start with.
'use strict';
const { existsSync } = require('node:fs');
const path = require('node:path');
const { app, BrowserWindow, ipcMain, Menu } = require('electron');

app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
app.commandLine.appendSwitch('disable-background-networking');
if (process.platform === 'linux' && !existsSync('/dev/dri')) app.disableHardwareAcceleration();
ipcMain.on('painted', () => {
  console.log('first frame');
});
void app.whenReady().then(() => {
  Menu.setApplicationMenu(null);
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    show: false,
    frame: false,
    webPreferences: {
      preload: path.join(__dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadFile(path.join(__dirname, 'index.html'));
});
