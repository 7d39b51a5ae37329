// The window over the stand-in store, for pictures and for trying things in a browser:
// `?scene=streaming&theme=dark&lang=de`. Never part of the program.
import { mount } from 'svelte';
import App from '../../src/App.svelte';
import '../../src/html.css';
import '../../src/tokens.css';
import { composer } from '../../src/state/composer.svelte';
import { dialogs } from '../../src/state/dialogs.svelte';
import { pane } from '../../src/state/pane.svelte';
import { prompts } from '../../src/state/prompts.svelte';
import { retention } from '../../src/state/retention.svelte';
import { start } from '../../src/state/start';
import { temporary } from '../../src/state/temporary.svelte';
import { refusal, Fake } from '../fake';
import { story } from '../story';

const query = new URLSearchParams(location.search);
const scene = query.get('scene') ?? 'open';
const fake = scene === 'first' ? new Fake() : story({ many: scene === 'many', long: scene === 'long', old: ['retention', 'notices'].includes(scene) });
if (scene === 'first') fake.keychain = 'missing';
if (scene === 'readonly') fake.readOnly = true;
fake.settings.appearance.theme = query.get('theme') === 'dark' ? 'dark' : 'light';
fake.settings.appearance.language = query.get('lang') ?? 'en';
fake.settings.appearance.textSize = Number(query.get('size') ?? 100);
fake.install();
Object.assign(window, { fake, pane, composer });

const memo = 'acme_tp_2026_11';
const email = "Subject: Three documents to finish your memo\n\nDear Ms Keller, thank you for the quick turnaround last week. To finish the memo we need three more items from your side";
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

fake.prompt('Answer as an adviser', 'You advise {{client}} on Swiss and German tax law. Be {{tone}}, and name the statute for every claim.', ['Acme GmbH']);
fake.prompt('Email to a client', 'Write an email to {{who}} about {{matter}}. Friendly and short, with one clear question at the end.');
fake.prompt('Proof-read', 'Read the text below as a proof-reader. List each mistake with its correction, in the order of the text.');
fake.prompt('Summary in three lines', 'Summarise this in three lines, for someone who was not there.');
const prices = () => (fake.prices = [{ endpoint: 'OpenAI', model: 'gpt-4.1', input: '2', output: '8', currency: 'USD' }]);

const scenes: Record<string, () => Promise<void>> = {
  async parameters() {
    await pane.open(memo);
    composer.asking.put({ policy: 'newest', parameters: { temperature: 0.2, reasoning_effort: 'low', top_k: 40 } });
    composer.panel = 'parameters';
  },
  async system() {
    await pane.open(memo);
    composer.asking.tell('You are a careful tax adviser. Answer in British English.');
    composer.panel = 'system';
  },
  async prompts() {
    await pane.open(memo);
    composer.choosing.show();
  },
  async slash() {
    await pane.open(memo);
    await prompts.load();
    composer.type('/');
  },
  async fill() {
    await pane.open(memo);
    await prompts.load();
    composer.choosing.show();
    composer.choosing.take(prompts.list[1]);
  },
  async library() {
    await pane.open(memo);
    dialogs.show({ kind: 'prompts', id: 'prompt_1' });
  },
  async folded() {
    await pane.open(memo);
    composer.type('Which of these invoices were paid twice?');
    composer.fold('invoice;client;net;gross;paid on\n'.repeat(14_000));
    composer.asking.tell('You are a careful book-keeper.');
  },
  async client() {
    await pane.fresh();
    composer.client = 'Acme GmbH';
  },
  open: () => pane.open(memo),
  long: () => pane.open(memo),
  many: () => pane.open(memo),
  readonly: () => pane.open(memo),
  locked: () => pane.open('thread_q3'),
  archived: () => pane.open('thread_ob'),
  interrupted: () => pane.open('thread_rt'),
  first: async () => {},
  new: async () => {},
  async streaming() {
    await pane.open(memo);
    const kept = fake.get(memo);
    fake.begin(kept, kept.tip ?? '');
    await wait(30);
    fake.write(memo, email);
  },
  temporary: () => temporary.begin(),
  async chat() {
    await temporary.begin();
    const chat = temporary.chat;
    if (chat === null) return;
    chat.type('What should I say to a colleague who talks over everybody in meetings?');
    await chat.send();
    fake.write(chat.response?.id ?? '', 'Name what you see, without a verdict: **“I was not done with my point.”**\n\nThen go on where you stopped. Said calmly and early, it seldom needs a second time.');
    fake.end(chat.response?.id ?? '');
    await wait(60);
    chat.type('And if it is my manager?');
    await chat.send();
    fake.write(chat.response?.id ?? '', 'Ask for two minutes after the meeting');
  },
  async retention() {
    await pane.open(memo);
    dialogs.settings('retention');
  },
  async notices() {
    fake.notice = {
      object: 'retention_report', mode: 'automatic', erased: [], heldUntil: null,
      binned: [{ id: 'thread_gone', title: 'Names for the boat', erasesAt: null }, { id: 'x', title: 'Old packing list', erasesAt: null }],
      noticed: [],
    };
    await retention.loadNotice();
    await pane.open(memo);
  },
  async api() {
    fake.settings.api.enabled = true;
    await pane.open(memo);
    dialogs.settings('api');
  },
  async receipt() {
    prices();
    await pane.open(memo);
  },
  async request() {
    await pane.open(memo);
    fake.request = JSON.stringify({ model: 'gpt-4.1', messages: fake.get(memo).messages.map(({ role, text }) => ({ role, content: text })), stream: true, stream_options: { include_usage: true } }, null, 2);
    dialogs.show({ kind: 'request', response: fake.get(memo).messages[1]?.response?.id ?? '' });
  },
  async usage() {
    prices();
    await pane.open(memo);
    dialogs.settings('usage');
  },
  async prices() {
    prices();
    await pane.open(memo);
    dialogs.settings('endpoints', { priceOf: { endpoint: 'OpenAI', model: 'o3' } });
  },
  async failed() {
    await pane.open(memo);
    const kept = fake.get(memo);
    fake.begin(kept, kept.tip ?? '');
    await wait(30);
    fake.end(memo, 'failed', refusal('endpoint_unreachable'));
  },
};

void start(() => mount(App, { target: document.getElementById('app') as HTMLElement }));
setTimeout(() => void scenes[scene]?.(), 50);
