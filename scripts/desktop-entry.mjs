// Prints the packaged app's desktop entry. A program of its own: it reads TypeScript, which only the pinned
// Node does.
import process from 'node:process';
import { menuEntry } from '../shared/desktop/desktop-entry.ts';

process.stdout.write(menuEntry(process.argv.slice(2)));
