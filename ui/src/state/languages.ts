// The languages of the window: each is a file of `locales/`, named by its tag. English is always at hand, any other is
// fetched once it is chosen, so that no start grows with their number.
import en from '../locales/en';

export type Key = keyof typeof en;
/** A key that has a form for each plural. */
export type CountKey = Key extends infer K ? (K extends `${infer Base}.one` ? Base : never) : never;
export type Catalogue = Record<Exclude<Key, `${CountKey}.one`>, string> & Partial<Record<`${CountKey}.${Intl.LDMLPluralRule}`, string>>;

const fetched = import.meta.glob<Catalogue>(['../locales/*.ts', '!../locales/en.ts'], { import: 'default' });
const catalogues = new Map(Object.entries(fetched).map(([path, load]) => [path.slice('../locales/'.length, -'.ts'.length), load]));
catalogues.set('en', () => Promise.resolve(en));

export const catalogueOf = async (language: string): Promise<Catalogue> => (await catalogues.get(language)?.()) ?? en;

/** The language for a wish such as `de-CH`, English where there is none. */
export function languageFor(wish: string) {
  const wanted = `${wish.toLowerCase()}-`;
  const fit = [...catalogues.keys()].filter((tag) => wanted.startsWith(`${tag.toLowerCase()}-`));
  return fit.sort((a, b) => b.length - a.length)[0] ?? 'en';
}

/** All languages as each calls itself, in the order of these names. */
export function languages() {
  const named = [...catalogues.keys()].map((tag) => {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
    return { tag, name: name.charAt(0).toLocaleUpperCase(tag) + name.slice(1) };
  });
  return named.sort((a, b) => a.name.localeCompare(b.name));
}

/** The form for a plural; where a catalogue has none, the one for all others. */
export function formFor(catalogue: Catalogue, key: CountKey, plural: Intl.LDMLPluralRule) {
  return catalogue[`${key}.${plural}`] ?? catalogue[`${key}.other`];
}
