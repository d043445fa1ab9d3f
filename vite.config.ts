import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The renderer as static files that the app serves over its own protocol, under a policy without inline scripts and data: URLs.
export default defineConfig({
  root: `${import.meta.dirname}/renderer`,
  base: './',
  plugins: [react()],
  build: {
    outDir: `${import.meta.dirname}/dist/renderer`,
    emptyOutDir: true,
    // The oldest runtime it runs in: see scripts/electron-runtime.mjs.
    target: 'chrome114',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 3000,
    sourcemap: false,
  },
});
