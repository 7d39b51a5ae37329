// placeholder until generated
export type Draft = { text: string, system: string | null, model: string | null };
