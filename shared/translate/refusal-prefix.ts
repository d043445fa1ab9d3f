/** What every refusal begins with, in every language. */
export const refusalPrefix = 'enhanced container isolation: ';
