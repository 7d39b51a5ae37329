// How the window comes up, and how it hears of what others did to the store.
import { desktop, program } from '../ipc';
import { tellIfAway, watchFocus } from './away';
import { backups } from './backups.svelte';
import { composer } from './composer.svelte';
import { dialogs } from './dialogs.svelte';
import { keepEdits } from './edits.svelte';
import { endpoints } from './endpoints.svelte';
import { failures } from './failures.svelte';
import { find } from './find.svelte';
import { pane } from './pane.svelte';
import { prompts } from './prompts.svelte';
import { retention } from './retention.svelte';
import { search } from './search.svelte';
import { settings } from './settings.svelte';
import { sidebar } from './sidebar.svelte';
import { streams } from './streams.svelte';
import { temporary } from './temporary.svelte';
import { words } from './words.svelte';

const CALM = 400;
const SELDOM = 5000;
/** Milliseconds that the first picture waits for what is to be in it. */
const SOON = 100;

/** Brings the window up. What a person has set says how everything looks, so nothing is shown before that is known; what
    else is there soon is in the first picture, and the rest is shown as it comes. */
export async function start(show: () => void) {
  streams.onEnded = (id, response) => {
    tellIfAway(response);
    endpoints.heard(response);
    void ended(id);
  };
  streams.onMissed = (id) => void missed(id);
  prompts.onChanged = () => void composer.asking.load(composer.client);
  watchFocus();
  pane.onLeave = () => {
    keepTyped();
    temporary.leave();
    search.leave();
    find.close();
  };
  await settings.load();
  const loaded = Promise.all([
    settings.loadAbout(),
    failures.attempt('window:streams', () => streams.subscribe()),
    failures.attempt('window:changed', () => program.onChanged(changed)),
    failures.attempt('window:leaving', () => program.onLeaving(() => void leave())),
    endpoints.load(),
    sidebar.refresh(),
    failures.attempt('window:wanted', () => desktop.onWanted(() => void toWanted())),
    toWanted().then((there) => (there ? undefined : pane.fresh())),
  ]);
  await Promise.race([loaded, new Promise((next) => setTimeout(next, SOON))]);
  show();
  await loaded;
  performance.mark('usable');
  void backups.arrive();
  void failures.attempt('window:cleaned', () => retention.watch());
  setInterval(() => (words.now = Date.now()), 60_000);
  window.addEventListener('blur', () => void composer.flush());
  window.addEventListener('pagehide', () => void composer.flush());
}

/** What is kept on leaving its field is kept now: not every browser says that a field was left when it is taken away. */
function keepTyped() {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement || (field instanceof HTMLTextAreaElement && field.id !== 'composer')) field.blur();
}

/** To the thread that somebody outside this page asked for; false if nobody did. */
async function toWanted(): Promise<boolean> {
  const id = await failures.attempt('window:thread', () => desktop.wantedThread(), toWanted);
  if (id === null) return false;
  dialogs.close();
  dialogs.drawer = null;
  await pane.open(id);
  return true;
}

/** The window is to close: what was typed last is stored first. */
async function leave() {
  await keepEdits();
  await failures.attempt('window:leave', () => program.leave());
}

let asking = false;
let missedMore = false;

/** Events of a reply came before this window knew of it: one look for a burst of them, and one for what came during it. */
async function missed(id: string) {
  if (temporary.chat?.response?.id === id) return temporary.chat.refresh();
  if (pane.id !== id) return;
  missedMore = true;
  if (asking) return;
  asking = true;
  while (missedMore) {
    missedMore = false;
    await pane.refresh();
  }
  asking = false;
}

async function ended(id: string) {
  if (await temporary.ended(id)) return;
  if (pane.id === id) await pane.refresh();
  // Nobody looks at it any more, perhaps only since it was asked for.
  if (pane.id !== id) streams.forget(id);
  composer.look();
  await sidebar.refresh();
}

/** Does the work at once, and while it is asked for again and again only once in so many milliseconds. */
function calmly(pause: number, work: () => unknown) {
  let waiting = false;
  let again = false;
  return function ask() {
    again = waiting;
    if (waiting) return;
    waiting = true;
    void work();
    setTimeout(() => {
      waiting = false;
      if (again) ask();
    }, pause);
  };
}

/** The store changed. Bursts (a reply is saved four times a second) become one look each 400 ms. */
const changed = calmly(CALM, look);

async function look() {
  const own = pane.stream !== null && !pane.stream.elsewhere;
  // Somebody else may have set something; whoever cannot read that now reads it with the next change.
  await settings.reload().catch(() => {});
  lookAround();
  await Promise.all([sidebar.refresh(), own ? null : pane.refresh()]);
}

/** What is not of a thread: endpoints and prompts. With the endpoints the keychain is asked, so not often. */
const lookAround = calmly(SELDOM, async () => {
  // It is asked again with the next change, so nobody is told.
  const [endpoint, prompt] = await Promise.all([endpoints.reload().catch(() => false), prompts.reload().catch(() => false)]);
  if (endpoint) (temporary.chat ?? composer).look();
  if (prompt) prompts.onChanged();
});
