import { configure, getConfig } from '@testing-library/react';

// Set-up of component tests: the default timeout of `findBy…` and `waitFor` is one second, which on a loaded
// machine is over before a page is rendered. Set to that of `expect.poll` in vitest.config.ts.
configure({ asyncUtilTimeout: 60_000 });

// `findBy…` tries after every change of the document, and each attempt that fails would print the whole
// document into an error that nobody sees: the document is printed when the time is over.
const { getElementError } = getConfig();
configure({
  getElementError: (message, container) => {
    if (Reflect.get(getConfig(), '_disableExpensiveErrorDiagnostics') !== true)
      return getElementError(message, container);
    const error = new Error(message ?? '');
    error.name = 'TestingLibraryElementError';
    return error;
  },
});
