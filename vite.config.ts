import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';

/** The page most windows open on; a lazy chunk like the others. */
const firstPage = 'features/overview/overview-page.tsx';

/** Lets the window fetch its first page together with its scripts, rather than once those have run and asked for it: one round trip less before the first frame. */
function firstPageAhead(): Plugin {
  return {
    name: 'first-page-ahead', apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { filename, bundle = {} }) {
        if (!filename.endsWith('renderer/index.html')) return [];
        const wanted = new Set<string>();
        const add = (file: string) => {
          const chunk = bundle[file];
          if (chunk?.type !== 'chunk' || wanted.has(file)) return;
          wanted.add(file);
          chunk.imports.forEach(add);
        };
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.facadeModuleId?.endsWith(firstPage) === true) add(chunk.fileName);
        // As the build writes its own: the nonce is put in after this.
        return [...wanted].filter((file) => !html.includes(file)).map((file): HtmlTagDescriptor => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` }, injectTo: 'head' }));
      },
    },
  };
}

// The renderer as static files that the app serves over its own protocol, under a policy without inline scripts and data: URLs.
export default defineConfig({
  root: `${import.meta.dirname}/renderer`,
  base: './',
  plugins: [react(), firstPageAhead()],
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
