// Replaces in a bundle a package that is never called: dockerode's support for engines over SSH, for build
// contexts and progress, and for BuildKit sessions; electron-store's schemas and migrations. A call of it
// fails at once.
'use strict';
module.exports = {};
