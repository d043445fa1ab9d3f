import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/400.css';
import '@fontsource/jetbrains-mono/500.css';
import '@fontsource/jetbrains-mono/600.css';
import { config } from 'zod';
import { windowBridge } from './state/bridge.ts';
import { mount } from './app/mount.tsx';

// The page's policy forbids eval; without this zod tests for it once, and the policy reports a violation.
config({ jitless: true });
// Load the fonts of the first page before there is text in them: otherwise text is laid out in the system's
// font first, which has to be looked up, and then again.
for (const face of ["13px 'Inter Variable'", "13px 'JetBrains Mono'"]) void document.fonts.load(face);
mount(windowBridge());
