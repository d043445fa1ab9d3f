import { configure } from '@testing-library/react';

// Set-up of component tests: `findBy…` and `waitFor` by themselves give up after a second, which on a loaded
// machine is over before a page is drawn. As long as `expect.poll` in vitest.config.ts.
configure({ asyncUtilTimeout: 20_000 });
