import path from 'node:path';
import { startApp } from './start-app.ts';
import { serveApp } from './window/app-protocol.ts';
import { appFiles } from './window/places.ts';

// The app as it is built and packaged: its page is in its own files. `npm run dev` has an entry of its own,
// electron/dev, which is not part of this bundle.
startApp((session) => serveApp(session, path.join(appFiles(), 'dist', 'renderer')));
