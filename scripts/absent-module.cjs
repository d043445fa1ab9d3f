// Replaces in a bundle a package that is never called: dockerode's ways to engines over SSH and to BuildKit
// sessions, electron-store's schemas and migrations. A call of it fails at once.
'use strict';
module.exports = {};
