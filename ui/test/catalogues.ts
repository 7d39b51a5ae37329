// All catalogues of the window, by language.
import type { Catalogue } from '../src/state/languages';

const files = import.meta.glob<Catalogue>('../src/locales/*.ts', { eager: true, import: 'default' });
export const catalogues = new Map(Object.entries(files).map(([path, words]) => [path.replace(/.*\/|\.ts$/g, ''), words]));
