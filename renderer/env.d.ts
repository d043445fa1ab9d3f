/** Style sheets and fonts are the bundler's business. */
declare module '*.css';
declare module '@fontsource-variable/inter/wght.css';
declare module '@fontsource/jetbrains-mono/400.css';
