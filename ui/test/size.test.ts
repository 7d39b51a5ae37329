// How much the window loads: all of it, compressed, built here as for a release, in the language that takes the most.
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, it, vi } from 'vitest';
import { catalogues } from './catalogues';

const MOST = 250 * 1024;

it('takes at most 250 KB compressed, all of it together', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const built = await build({ mode: 'production', logLevel: 'silent', build: { write: false } });
  const outputs = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  vi.unstubAllEnvs();
  const size = (file: (typeof outputs)[number]) => gzipSync(file.type === 'chunk' ? file.code : file.source).length;
  const languages = outputs.filter((file) => file.type === 'chunk' && file.facadeModuleId?.includes('/src/locales/'));
  // English is part of the window; any other language is loaded where it is spoken.
  expect(languages).toHaveLength(catalogues.size - 1);
  const rest = outputs.filter((file) => !languages.includes(file));
  const total = rest.reduce((sum, file) => sum + size(file), Math.max(...languages.map(size)));
  expect(total).toBeGreaterThan(MOST / 20);
  expect(total).toBeLessThan(MOST);
});
