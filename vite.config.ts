import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The renderer as static files that the app serves over its own protocol, under a policy without inline scripts and data: URLs.
export default defineConfig({
  root: `${import.meta.dirname}/renderer`,
  base: './',
  plugins: [react()],
  // electron/main/app-protocol.ts puts a fresh nonce in its place at every load.
  html: { cspNonce: '__CSP_NONCE__' },
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
