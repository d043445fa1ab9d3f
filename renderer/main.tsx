import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/400.css';
import '@fontsource/jetbrains-mono/500.css';
import '@fontsource/jetbrains-mono/600.css';
import { windowBridge } from './app/bridge.ts';
import { mount } from './app/mount.tsx';

mount(windowBridge());
