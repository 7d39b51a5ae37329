// Endpoints that are known by name: their protocol and address, and whether they want a key.
import type { Protocol } from '../generated/Protocol';

export type Preset = { name: string; protocol: Protocol; baseUrl: string; model: string; key: boolean };

export const presets: Preset[] = [
  { name: 'OpenAI', protocol: 'openai-responses', baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1', key: true },
  { name: 'Anthropic', protocol: 'anthropic-messages', baseUrl: 'https://api.anthropic.com/v1', model: 'claude-sonnet-4-5', key: true },
  { name: 'Freddy', protocol: 'freddy', baseUrl: 'https://api.aitronos.com/v1', model: 'ftg-3.0', key: true },
  { name: 'OpenRouter', protocol: 'openai-chat', baseUrl: 'https://openrouter.ai/api/v1', model: '', key: true },
  { name: 'Mistral', protocol: 'openai-chat', baseUrl: 'https://api.mistral.ai/v1', model: '', key: true },
  { name: 'Groq', protocol: 'openai-chat', baseUrl: 'https://api.groq.com/openai/v1', model: '', key: true },
  { name: 'Ollama', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:11434/v1', model: '', key: false },
  { name: 'LM Studio', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:1234/v1', model: '', key: false },
  { name: 'llama.cpp', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:8080/v1', model: '', key: false },
  { name: 'vLLM', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:8000/v1', model: '', key: false },
  { name: 'LiteLLM', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:4000/v1', model: '', key: true },
];

/** The protocols by the names that people have for them. */
export const protocols: [Protocol, string][] = [
  ['openai-chat', 'OpenAI Chat Completions'],
  ['openai-responses', 'OpenAI Responses'],
  ['anthropic-messages', 'Anthropic Messages'],
  ['freddy', 'Freddy'],
];

/** Plain HTTP to another machine: it has to be confirmed. */
export function isExposed(address: string) {
  try {
    const { protocol, hostname } = new URL(address);
    return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  } catch {
    return false;
  }
}
