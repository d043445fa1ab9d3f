import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';
import { lazyData } from './scripts/lazy-modules.mjs';
import { pureSchemas } from './scripts/pure-schemas.mjs';

/**
 * The pages a window opens on: the overview, and the first run where nothing was ever applied. Lazy like the
 * others, and one chunk.
 */
const firstPages = /[\\/]pages[\\/](?:overview[\\/]overview|welcome[\\/]welcome)-page\.tsx$/;

/** The texts of window and catalogue, by language. */
const texts = new RegExp(
  '^shared/messages/(?:catalogue/(?:en|zh-CN)/(?!index)[\\w-]+|' +
    'window/(?:en/(?:first|others)|zh-CN/index))\\.ts$',
);

/** The faces that the frame and every first page are set in. */
const firstFonts = /inter-latin-wght-normal-[^/]*\.woff2$|jetbrains-mono-latin-400-normal-[^/]*\.woff2$/;

/**
 * Lets the window fetch its first page and its fonts together with its scripts, rather than once those have
 * run and requested them: a round trip less before the first frame, and no text is laid out twice.
 */
function firstPageAhead(): Plugin {
  return {
    name: 'first-page-ahead',
    apply: 'build',
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
        for (const chunk of Object.values(bundle))
          if (chunk.type === 'chunk' && chunk.moduleIds.some((id) => firstPages.test(id)))
            add(chunk.fileName);
        const ahead = (file: string, attrs: Record<string, string>): HtmlTagDescriptor => ({
          tag: 'link',
          attrs: { ...attrs, crossorigin: true, href: `./${file}` },
          injectTo: 'head',
        });
        // As the build writes its own: the nonce is put in after this.
        return [
          ...[...wanted]
            .filter((file) => !html.includes(file))
            .map((file) => ahead(file, { rel: 'modulepreload' })),
          ...Object.keys(bundle)
            .filter((file) => firstFonts.test(file))
            .map((file) => ahead(file, { rel: 'preload', as: 'font', type: 'font/woff2' })),
        ];
      },
    },
  };
}

/**
 * Lets the page's module run after the frame of index.html is painted (renderer/public/
 * run-after-first-frame.js), and be fetched before that.
 */
function moduleAfterFirstFrame(): Plugin {
  const module = /<script type="module"[^>]* src="([^"]+)"><\/script>/;
  return {
    name: 'module-after-first-frame',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        if (!module.test(html)) throw new Error('the built page has no module');
        return html.replace(module, (_, file: string) => {
          // Also of a page in a directory below (renderer/dev).
          const root = file.replace(/assets\/[^/]*$/, '');
          return (
            `<link rel="modulepreload" crossorigin href="${file}">\n` +
            `    <script defer src="${root}run-after-first-frame.js" data-module="${file}"></script>`
          );
        });
      },
    },
  };
}

// The renderer as static files that the app serves over its own protocol, under a policy without inline
// scripts and data: URLs.
export default defineConfig({
  root: `${import.meta.dirname}/renderer`,
  base: './',
  resolve: {
    // English sentences in two parts: those of the first page, and the others.
    alias: { './catalogue/index.ts': `${import.meta.dirname}/shared/messages/window/sentences.ts` },
  },
  plugins: [
    react(),
    firstPageAhead(),
    moduleAfterFirstFrame(),
    { ...lazyData(texts), enforce: 'pre', apply: 'build' },
    { ...pureSchemas(/^shared\/.*\.ts$/), enforce: 'pre', apply: 'build' },
  ],
  // electron/main/window/app-protocol.ts puts a fresh nonce in its place at every load.
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
    rolldownOptions: {
      // Otherwise what other pages use of a module with re-exports is loaded with the first one.
      treeshake: {
        moduleSideEffects: [{ test: /^(?!.*node_modules).*[\\/]shared[\\/]/, sideEffects: false }],
      },
      output: {
        // Each file is a request to main, which is busy while the window opens: the first frame needs two.
        codeSplitting: {
          groups: [
            { name: 'frame', tags: ['$initial'] },
            { name: 'first-page', test: firstPages },
          ],
        },
      },
    },
  },
});
