// The stand-in's stored prompts, and what threads were told about how to ask.
import type { FilledPrompt } from '../src/generated/FilledPrompt';
import type { Prompt } from '../src/generated/Prompt';
import type { SystemPrompt } from '../src/generated/SystemPrompt';
import type { ThreadOptions } from '../src/generated/ThreadOptions';
import { FakeUsage } from './fakeUsage';

type Args = Record<string, unknown>;
type Sheet = { name?: string; text?: string; clients?: string[] };

const placeholder = /\{\{\s*([^{}\n]+?)\s*\}\}/g;

export abstract class FakePrompts extends FakeUsage {
  prompts: Prompt[] = [];
  options = new Map<string, ThreadOptions>();
  #made = 0;

  prompt(name: string, text: string, clients: string[] = []) {
    return this.#keep({ id: `prompt_${++this.#made}`, object: 'prompt', name, text, placeholders: [], clients, createdAt: '', updatedAt: '' }, {});
  }

  #keep(before: Prompt, patch: Sheet) {
    const text = patch.text ?? before.text;
    const placeholders = [...new Set([...text.matchAll(placeholder)].map((match) => match[1] ?? ''))];
    const kept = { ...before, ...patch, text, placeholders };
    const others = this.prompts.filter((each) => each.id !== kept.id);
    for (const other of others) other.clients = other.clients.filter((client) => !kept.clients.includes(client));
    this.prompts = [...others, kept].sort((a, b) => a.name.localeCompare(b.name));
    return kept;
  }

  #fill(text: string, values: Record<string, string>): FilledPrompt {
    const missing = new Set<string>();
    const filled = text.replace(placeholder, (whole, name: string) => {
      if (values[name] === undefined) missing.add(name);
      return values[name] ?? whole;
    });
    return { text: filled, missing: [...missing] };
  }

  /** What a client's new threads begin with. */
  begins(client: unknown): SystemPrompt | null {
    const prompt = this.prompts.find((each) => typeof client === 'string' && each.clients.includes(client));
    return prompt ? { ...this.#fill(prompt.text, { client: String(client) }), prompt: prompt.name } : null;
  }

  on_list_prompts() {
    return structuredClone(this.prompts);
  }

  on_create_prompt(args: Args) {
    const { name = '', text = '', clients = [] } = args['new'] as Sheet;
    return this.prompt(name, text, clients);
  }

  on_change_prompt({ id, patch }: Args) {
    return this.#keep(this.prompts.find((each) => each.id === id) as Prompt, patch as Sheet);
  }

  on_delete_prompt({ id }: Args) {
    this.prompts = this.prompts.filter((each) => each.id !== id);
  }

  on_fill_prompt({ id, values }: Args) {
    return this.#fill((this.prompts.find((each) => each.id === id) as Prompt).text, values as Record<string, string>);
  }

  on_set_thread_options({ id, options }: Args) {
    this.options.set(String(id), options as ThreadOptions);
    return options;
  }
}
