// The tray's and the app's icons, drawn by the build from the same paths that the window shows.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { at } from './paths.mjs';
import { png, polygonsOf } from './raster.mjs';

/**
 * Each state has a shape of its own, so that a tray is readable without colour, too. Colours keep a contrast
 * of 3 to light and dark panels.
 */
const tray = {
  protected: { icon: 'GppGoodOutlined', colour: [0x2b, 0x9a, 0x5f] },
  unverified: { icon: 'GppMaybeOutlined', colour: [0xb8, 0x7a, 0x12] },
  off: { icon: 'ShieldOutlined', colour: [0x80, 0x88, 0x95] },
  stopped: { icon: 'PowerSettingsNewOutlined', colour: [0x80, 0x88, 0x95] },
  failed: { icon: 'ErrorOutlineOutlined', colour: [0xdb, 0x4b, 0x42] },
  working: { icon: 'AutorenewOutlined', colour: [0xb8, 0x7a, 0x12] },
};
const scales = [
  [16, ''],
  [24, '@1.5x'],
  [32, '@2x'],
  [48, '@3x'],
];

/** Writes dist/icons/{STATE,STATETemplate}{,@1.5x,@2x,@3x}.png and app.png. */
export function drawIcons(directory = at('dist', 'icons')) {
  mkdirSync(directory, { recursive: true });
  for (const [state, { icon, colour }] of Object.entries(tray)) {
    const polygons = pathsOf(icon).flatMap(polygonsOf);
    for (const [size, suffix] of scales) {
      writeFileSync(path.join(directory, `${state}${suffix}.png`), png([{ polygons, colour }], 24, size));
      // macOS colours a template image itself, by its opacity.
      writeFileSync(
        path.join(directory, `${state}Template${suffix}.png`),
        png([{ polygons, colour: [0, 0, 0] }], 24, size),
      );
    }
  }
  writeFileSync(path.join(directory, 'app.png'), png(logo(), 16, 512));
}

/** The `d` of each path of one of MUI's icons, as the window's bundle has them. */
function pathsOf(icon) {
  const found = [
    ...readFileSync(at('node_modules', '@mui', 'icons-material', `${icon}.js`), 'utf8').matchAll(
      /\bd: "([^"]+)"/g,
    ),
  ].map((match) => match[1]);
  if (found.length === 0)
    throw new Error(
      `${icon} of @mui/icons-material has no path: it is built in another way now, see scripts/icons.mjs`,
    );
  return found;
}

/** The logo of the title bar: two walls and the doors between them. Lines as rectangles. */
function logo() {
  const k = 4 * 0.5523;
  const ground =
    `M4 0H12C${12 + k} 0 16 ${4 - k} 16 4V12C16 ${12 + k} ${12 + k} 16 12 16H4C${4 - k} 16 0 ${12 + k} 0 ` +
    `12V4C0 ${4 - k} ${4 - k} 0 4 0Z`;
  const bars = [
    'M4.25 3.5h1.5v9h-1.5z',
    'M10.25 3.5h1.5v9h-1.5z',
    'M2.8 7.25h3.8v1.5h-3.8z',
    'M9.4 7.25h3.8v1.5h-3.8z',
  ];
  return [
    { polygons: polygonsOf(ground), colour: [0x25, 0x59, 0xd0] },
    { polygons: bars.flatMap(polygonsOf), colour: [255, 255, 255] },
  ];
}
