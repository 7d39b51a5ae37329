import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  base: './',
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: '127.0.0.1' },
  build: {
    target: 'safari17',
    outDir: 'dist',
    emptyOutDir: true,
    // The policy allows no `data:` beside images, and nothing inline.
    assetsInlineLimit: 0,
    // The only script that is not there from the start is a language, and depends on nothing.
    modulePreload: false,
    // A script of one byte a character takes half the memory of one with a single wider character in it.
    rolldownOptions: { output: { charset: 'ascii' } },
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
    // A guard against hanging, not a measure: machines are busy at times.
    testTimeout: 60_000,
  },
});
