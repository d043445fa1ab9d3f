/** Longest settings text, in UTF-16 units; it also limits every other text passed between processes. */
export const maxTextLength = 4 * 1024 * 1024;
/** Deepest nesting of a settings document. The format itself needs six. */
export const maxSettingsDepth = 64;
