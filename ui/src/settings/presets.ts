// Endpoints that are known by name: their address, and whether they want a key.
export type Preset = { name: string; baseUrl: string; model: string; key: boolean };

export const presets: Preset[] = [
  { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1', key: true },
  { name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1', model: '', key: true },
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', model: '', key: false },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', model: '', key: false },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1', model: '', key: false },
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
