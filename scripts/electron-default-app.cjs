// Replaces Electron's own default app in the fallback runtime: `electron [switches] FOLDER` opens the app in
// FOLDER.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { app } = require('electron');

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (folder === undefined) {
  console.error('usage: electron [switches] FOLDER (the folder holds the package.json of an Electron app)');
  process.exit(2);
}
const root = path.resolve(folder);
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
app.setVersion(manifest.version);
app.setName(manifest.productName ?? manifest.name);
// Not public: the real default app calls it, too. getAppPath() and userData depend on it.
app.setAppPath(root);
require(path.join(root, manifest.main));
