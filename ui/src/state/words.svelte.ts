// Which language the window speaks: words from the catalogue, numbers and dates by locale.
import type { Cost } from '../generated/Cost';
import en from '../locales/en';
import { catalogueOf, formFor, languageFor, type Catalogue, type CountKey, type Key } from './languages';

export type { CountKey, Key };
type Figures = Record<string, string | number>;

class Words {
  language = $state('en');
  #catalogue = $state.raw<Catalogue>(en);
  #wanted = 'en';
  /** Set once a minute, so that "5 min" grows old by itself. */
  now = $state(Date.now());

  /** Speaks the language that is wished for (`null`: the system's) once its words are there, English where it has none. */
  async choose(wish: string | null) {
    const language = languageFor(wish ?? navigator.language);
    this.#wanted = language;
    if (language !== this.language) {
      const catalogue = await catalogueOf(language);
      if (this.#wanted !== language) return;
      [this.#catalogue, this.language] = [catalogue, language];
    }
    document.documentElement.lang = language;
  }

  get locale() {
    const system = navigator.language;
    return system.startsWith(this.language) ? system : this.language === 'en' ? 'en-GB' : this.language;
  }

  t = (key: Key, figures: Figures = {}): string => this.#fill(this.#catalogue[key] ?? en[key], figures);

  /** Words for a count, in the form that the language has for it, with the number as `{n}`. */
  count = (key: CountKey, n: number, figures: Figures = {}): string =>
    this.#fill(formFor(this.#catalogue, key, formats.plural(this.language).select(n)), { n, ...figures });

  #fill(words: string, figures: Figures) {
    return words.replace(/\{(\w+)\}/g, (_, name: string) => {
      const figure = figures[name];
      if (figure === undefined) return '…';
      return typeof figure === 'number' ? this.number(figure) : isolated(figure);
    });
  }

  number(n: number) {
    return formats.number(this.locale).format(n);
  }

  /** 31204 as `31K`, 1300009 as `1.3M` or `1,3 Mio.`, where a glance is enough. */
  roughly(n: number) {
    return formats.roughly(this.locale).format(n);
  }

  /** 0.25 as `25%` or `25 %`. */
  percent(part: number) {
    return formats.percent(this.locale).format(part);
  }

  /** The first number and the last: `1–2,000`. */
  between(first: number, last: number) {
    return formats.number(this.locale).formatRange(first, last);
  }

  /** Names in one sentence: `A, B and C`. */
  list(names: string[]) {
    return formats.list(this.locale).format(names);
  }

  /** Figures that belong together: `1,204 tokens, $0.02`. */
  figures(each: string[]) {
    return formats.figures(this.locale).format(each);
  }

  date(time: string) {
    return formats.date(this.locale).format(new Date(time));
  }

  moment(time: string) {
    return formats.moment(this.locale).format(new Date(time));
  }

  /** From a moment to another; what both have in common is said once. */
  stretch(from: string, to: string) {
    return formats.moment(this.locale).formatRange(new Date(from), new Date(to));
  }

  /** A day of the calendar, such as `2026-11-22`, and the month that one is in. */
  dayOf(date: string) {
    return formats.longDay(this.locale).format(localDay(date));
  }

  monthOf(date: string) {
    return formats.longMonth(this.locale).format(localDay(date));
  }

  clock(time: string) {
    return formats.clock(this.locale).format(new Date(time));
  }

  /** To the second, where it is about how long something took. */
  second(time: string) {
    return formats.second(this.locale).format(new Date(time));
  }

  /** A stretch of time in milliseconds: 12 ms, 3.4 s. */
  span(ms: number) {
    return ms < 1000 ? this.t('time.ms', { n: ms }) : this.t('time.seconds', { n: Math.round(ms / 100) / 10 });
  }

  /** A month as the wire has it, such as 2026-11, in words. */
  monthName(month: string) {
    return formats.monthName(this.locale).format(new Date(`${month}-15T12:00:00`));
  }

  /** An amount of money: two places, and so many more that a little one keeps two digits. */
  money({ amount, currency }: Cost) {
    const value = Number(amount);
    const places = value > 0 ? Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(value)))) : 2;
    return money(this.locale, currency, places).format(value);
  }

  /** As short as a sidebar wants it: now, 5 min, 3 h, Fri, 12 Nov, Nov 2024. */
  ago(time: string) {
    const then = new Date(time);
    const minutes = (this.now - then.getTime()) / 60_000;
    if (minutes < 1) return this.t('time.now');
    if (minutes < 60) return this.t('time.minutes', { n: Math.floor(minutes) });
    if (minutes < 12 * 60) return this.t('time.hours', { n: Math.floor(minutes / 60) });
    if (minutes < 6 * 24 * 60) return formats.weekday(this.locale).format(then);
    if (minutes < 330 * 24 * 60) return formats.day(this.locale).format(then);
    return formats.month(this.locale).format(then);
  }

  /** The clock for today, the day before that. */
  when(time: string) {
    const then = new Date(time);
    const today = new Date(this.now).toDateString() === then.toDateString();
    return today ? this.clock(time) : this.ago(time);
  }

  bytes(n: number) {
    if (n < 1024) return this.count('size.bytes', n);
    if (n < 1024 * 1024) return this.t('size.kib', { n: Math.round(n / 102.4) / 10 });
    return this.t('size.mib', { n: Math.round(n / 104_857.6) / 10 });
  }
}

const LEFTWARDS = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Thaana}]/u;
/** The signs for a part with a direction of its own, and for its end. */
const [ISOLATE, END] = [0x2068, 0x2069].map((code) => String.fromCodePoint(code));

/** What runs from right to left leaves the order of the sentence around it alone. */
const isolated = (text: string) => (LEFTWARDS.test(text) ? `${ISOLATE}${text}${END}` : text);

/** The day itself, not a moment of it that may be another day elsewhere. */
const localDay = (date: string) => new Date(`${date}T12:00:00`);

/** Formats are dear to make and asked for on every row: one each a locale. */
function kept<T>(make: (locale: string) => T) {
  const made = new Map<string, T>();
  return (locale: string): T => {
    let format = made.get(locale);
    if (format === undefined) made.set(locale, (format = make(locale)));
    return format;
  };
}

const dates = (options: Intl.DateTimeFormatOptions) =>
  kept((locale) => new Intl.DateTimeFormat(locale, options));

/** Likewise for money, one each a currency and number of places. */
const monies = new Map<string, Intl.NumberFormat>();
function money(locale: string, currency: string, places: number) {
  const key = `${locale} ${currency} ${places}`;
  const made = monies.get(key) ?? new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: places });
  monies.set(key, made);
  return made;
}

const formats = {
  plural: kept((locale) => new Intl.PluralRules(locale)),
  number: kept((locale) => new Intl.NumberFormat(locale)),
  roughly: kept((locale) => new Intl.NumberFormat(locale, { notation: 'compact' })),
  percent: kept((locale) => new Intl.NumberFormat(locale, { style: 'percent' })),
  list: kept((locale) => new Intl.ListFormat(locale)),
  figures: kept((locale) => new Intl.ListFormat(locale, { type: 'unit', style: 'short' })),
  date: dates({ day: 'numeric', month: 'short', year: 'numeric' }),
  moment: dates({ dateStyle: 'medium', timeStyle: 'short' }),
  clock: dates({ timeStyle: 'short' }),
  second: dates({ timeStyle: 'medium' }),
  monthName: dates({ month: 'long', year: 'numeric' }),
  weekday: dates({ weekday: 'short' }),
  day: dates({ day: 'numeric', month: 'short' }),
  month: dates({ month: 'short', year: 'numeric' }),
  longDay: dates({ weekday: 'short', day: 'numeric', month: 'long' }),
  longMonth: dates({ month: 'long', year: 'numeric' }),
};

export const words = new Words();
export const { t, count } = words;
