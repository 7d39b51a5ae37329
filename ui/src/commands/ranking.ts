// What the palette lists for what was typed: commands that apply, threads, and the search.
import type { SidebarRow } from '../generated/SidebarRow';
import { fold, type Titled } from '../state/titles';
import { t } from '../state/words.svelte';
import { applies, groups, type Command } from './command';
import { match } from './match';

export type Choice = { words: string; letters: number[] } & (
  | { kind: 'command'; command: Command }
  | { kind: 'thread'; row: SidebarRow }
  | { kind: 'search'; query: string }
);

export const MOST = 50;
const RECENT_THREADS = 6;
/** What was used lately wins among equals, by this much for the newest. */
const LATELY = 4;

const groupWords = (command: Command) => t(groups.find(([group]) => group === command.group)?.[1] ?? 'commands.window');
const asChoice = (command: Command): Choice => ({ kind: 'command', command, words: t(command.words), letters: [] });

/** Before anything is typed: what was used last, the threads of late, then everything that can be done. */
function unasked(commands: Command[], threads: Titled[], recent: string[]): Choice[] {
  const used = recent.flatMap((id) => commands.find((each) => each.id === id) ?? []);
  const rest = commands.filter((each) => !recent.includes(each.id));
  const lately = threads.slice(0, RECENT_THREADS).map(({ row, title }): Choice => ({ kind: 'thread', row, words: title, letters: [] }));
  return [...used.map(asChoice), ...lately, ...rest.map(asChoice)];
}

/** What fits best comes first; at the end stands the search for the same words in every message. */
export function ranked(query: string, all: Command[], threads: Titled[], recent: string[]): Choice[] {
  const commands = all.filter((each) => each.id !== 'window.palette' && applies(each));
  const wanted = fold(query.trim());
  if (wanted === '') return unasked(commands, threads, recent);
  const found: { choice: Choice; score: number }[] = [];
  for (const command of commands) {
    const words = t(command.words);
    // The name of its group may be typed too, but is not what is shown.
    const fit = match(wanted, fold(`${words} ${groupWords(command)}`));
    if (fit === null) continue;
    const used = recent.indexOf(command.id);
    const score = fit.score + (used < 0 ? 0 : LATELY / (used + 1));
    found.push({ choice: { kind: 'command', command, words, letters: fit.letters.filter((at) => at < words.length) }, score });
  }
  for (const { row, title, folded } of threads) {
    const fit = match(wanted, folded);
    if (fit) found.push({ choice: { kind: 'thread', row, words: title, letters: fit.letters }, score: fit.score });
  }
  found.sort((a, b) => b.score - a.score);
  const best = found.slice(0, MOST - 1).map(({ choice }) => choice);
  return [...best, { kind: 'search', query: query.trim(), words: t('palette.searchFor', { query: query.trim() }), letters: [] }];
}
