import { configure } from '@testing-library/react';

// Set-up of component tests: the default timeout of `findBy…` and `waitFor` is one second, which on a loaded
// machine is over before a page is drawn. Set to that of `expect.poll` in vitest.config.ts.
configure({ asyncUtilTimeout: 20_000 });
