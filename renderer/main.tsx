import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/400.css';
import '@fontsource/jetbrains-mono/500.css';
import '@fontsource/jetbrains-mono/600.css';
import { config } from 'zod';
import { windowBridge } from './app/bridge.ts';
import { mount } from './app/mount.tsx';

// The page's policy forbids eval; without this zod probes for it once, and the policy reports a violation.
config({ jitless: true });
mount(windowBridge());
