/**
 * Longest settings text, in UTF-16 units; every other text that crosses between processes is bounded by it
 * too.
 */
export const maxTextLength = 4 * 1024 * 1024;
/** Deepest nesting of a settings document. The format itself needs six. */
export const maxSettingsDepth = 64;
