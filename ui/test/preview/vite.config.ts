// Builds or serves the window over the stand-in store; see main.ts.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'test/preview',
  plugins: [svelte({ configFile: '../../svelte.config.js' })],
  base: './',
  build: { target: 'safari17', outDir: '../../node_modules/.preview', emptyOutDir: true, modulePreload: { polyfill: false } },
});
