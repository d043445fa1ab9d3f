import { app } from 'electron';

/** The desktop's own first language, as a language tag. */
export const systemLanguage = (): string => app.getPreferredSystemLanguages()[0] ?? app.getLocale();
