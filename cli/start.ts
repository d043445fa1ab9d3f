import { createRequire } from 'node:module';
import { cachedRequire } from './cached-require.ts';

// The entry point of the bundles (scripts/bundle.mjs): runs main.ts or gateway-main.ts from their files.
const nodeRequire = createRequire(import.meta.url);
const load = cachedRequire(
  (name) => {
    if (name === 'node:child_process') {
      // Before the first child process, and not for help and `status`, which start none: koffi takes two
      // thirds of Node's own start to load.
      const { markInheritedDescriptors } = load('./inherited-descriptors.cjs') as InheritedDescriptors;
      markInheritedDescriptors();
    }
    return nodeRequire(name) as unknown;
  },
  import.meta.dirname,
);

type InheritedDescriptors = typeof import('../gateway/base/inherited-descriptors.ts');

load('./program.cjs');
