/** Where packages install the program. */
export const packageDirectory = '/opt/bulkhead';
