// The store of the pictures: the threads of the design, with the words they would have.
import { Fake } from './fake';

const reply = `Here is a one-page outline. Three documents are still missing: the **intercompany agreement**, the **2025 benchmark study** and the **functional analysis**.

To check the arm's-length range yourself, the interquartile range over the comparables is enough:

\`\`\`python
import statistics

margins = sorted(m.operating_margin for m in comparables)
q1, median, q3 = statistics.quantiles(margins, n=4)  # inclusive of both ends
\`\`\``;

/** The design's seven threads; `long` has 10,000 messages, `many` stands for 10,000 threads. */
export function story(how: { many?: boolean; long?: boolean; old?: boolean } = {}): Fake {
  const fake = new Fake();
  fake.now = Date.now();
  fake.endpoints.push({
    id: 'ep_1', name: 'OpenAI', protocol: 'openai-chat', baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1', contextWindow: 128_000,
    allowHttp: false, options: { authHeader: null, organizationId: null, firstTokenSeconds: null, proxy: null }, parameters: {}, key: 'keychain', isDefault: true,
  });
  for (const endpoint of fake.endpoints) endpoint.isDefault = endpoint.id === 'ep_1';
  const memo = fake.add('acme_tp_2026_11', 'Transfer pricing memo', 'Acme GmbH', 'open', 0, { matter: 'TP-2026-031', priority: 'high' });
  if (how.long) {
    for (let n = 1; n <= 4990; n++) {
      fake.say(memo, 'user', `Question ${n}: what about comparable ${n}?`);
      fake.say(memo, 'assistant', `Answer ${n}. ${'The margin stays within the range that the benchmark gives. '.repeat(1 + (n * 7) % 9)}`);
    }
  }
  fake.say(memo, 'user', 'Draft the outline of a transfer pricing memo for the Swiss entity. Keep it to one page, and name the documents we still need from the client.');
  fake.say(memo, 'assistant', reply);
  fake.say(memo, 'user', 'Good. Now turn the missing documents into an email to the client, friendly and short.');
  const audit = fake.add('thread_q3', 'Q3 audit questions', 'Acme GmbH', 'locked', 240, { matter: 'AU-2026-007' });
  fake.say(audit, 'user', 'List the questions the auditors asked in Q3, by topic.');
  fake.say(audit, 'assistant', 'There were eleven, in three groups:\n\n- **Revenue**: cut-off at the end of September, two credit notes, one side letter\n- **Leases**: the new warehouse and its option to extend\n- **Provisions**: the warranty rate, and why it fell\n\nThe [standard](https://www.ifrs.org/ifrs-16) has the test for the option.');
  const workshop = fake.add('thread_ob', 'Onboarding workshop', 'Acme GmbH', 'archived', 1900);
  fake.say(workshop, 'user', 'Plan a half-day onboarding workshop for eight people.');
  fake.say(workshop, 'assistant', 'Three blocks of an hour each, with a walk between the second and the third.');
  const route = fake.add('thread_rt', 'Route planning: Basel depot', 'Helvetia Logistics', 'open', 1);
  fake.say(route, 'user', 'Which of the three depots is nearest to Basel by road?');
  fake.say(route, 'assistant', 'Muttenz, at about', { status: 'interrupted' });
  const incident = fake.add('thread_in', 'Incident 4471 review', 'Helvetia Logistics', 'locked', 310);
  fake.say(incident, 'user', 'Summarise incident 4471.');
  const bread = fake.add('thread_sd', 'Sourdough hydration maths', null, 'open', 40);
  fake.say(bread, 'user', 'How much water for 900 g of flour at 72 %?');
  fake.say(bread, 'assistant', '648 g.');
  const rust = fake.add('thread_rs', 'Rust lifetimes, slowly', null, 'open', 64);
  fake.say(rust, 'user', 'Why does this not compile?');
  if (how.old) {
    const day = 24;
    fake.say(fake.add('thread_re', 'Renewal of the office lease', 'Acme GmbH', 'open', 131 * day), 'user', 'What is the notice period?');
    fake.say(fake.add('thread_vi', 'Visa for the Lisbon trip', null, 'open', 404 * day), 'user', 'Which papers are needed?');
    fake.say(fake.add('thread_pa', 'Palette for the slides', 'Helvetia Logistics', 'open', 97 * day), 'user', 'Five colours that print well?');
    const gone = fake.add('thread_gone', 'Names for the boat', null, 'open', 140 * day);
    fake.change(gone.thread.id, { deletedAt: new Date(fake.now - 11 * day * 3_600_000).toISOString() });
  }
  if (how.many) {
    for (let n = 0; n < 10_000; n++) fake.add(`t${n}`, `Thread number ${n + 1}`, `Client ${String(n % 400).padStart(3, '0')}`, n % 7 === 0 ? 'locked' : 'open', 70 + n);
  }
  return fake;
}
