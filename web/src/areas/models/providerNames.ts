const NAMES: Record<string, string> = {
  groq: 'Groq',
  openai: 'OpenAI',
  gemini: 'Google Gemini',
  anthropic: 'Anthropic',
  ollama: 'Ollama',
  lmstudio: 'LM Studio',
  llamacpp: 'llama.cpp',
  vllm: 'vLLM',
  custom: 'OpenAI-compatible server',
  builtin: 'Tributary',
};

export function providerName(id: string): string {
  return NAMES[id] ?? id;
}
